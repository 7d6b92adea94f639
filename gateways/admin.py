"""What the gateways told us, and what the sandbox's acquirer remembers, to look at."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from gateways.models import Notice, SandboxCard, SandboxCardOperation, SandboxChargeback


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("kind", "external_id", "gateway", "received_at", "handled_at", "attempts", "error")
    list_filter = ("kind", "gateway")
    search_fields = ("external_id",)


@admin.register(SandboxCard)
class SandboxCardAdmin(ReadOnlyAdmin):
    list_display = ("token", "brand", "last4", "expires", "created_at")
    list_filter = ("brand",)
    search_fields = ("token", "reference", "last4")


@admin.register(SandboxCardOperation)
class SandboxCardOperationAdmin(ReadOnlyAdmin):
    list_display = ("operation_id", "kind", "brand", "last4", "amount", "state", "return_code", "nsu", "created_at")
    list_filter = ("kind", "state", "brand")
    search_fields = ("operation_id", "last4")
    raw_id_fields = ("parent",)


@admin.register(SandboxChargeback)
class SandboxChargebackAdmin(ReadOnlyAdmin):
    list_display = ("case_id", "operation", "amount", "reason_code", "opened_at", "won", "decided_at")
    list_filter = ("won",)
    list_select_related = ("operation",)
    search_fields = ("case_id", "operation__operation_id")
