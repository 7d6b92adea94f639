"""What the gateways told us, to look at."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from gateways.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("kind", "external_id", "gateway", "received_at", "handled_at", "attempts", "error")
    list_filter = ("kind", "gateway")
    search_fields = ("external_id",)
