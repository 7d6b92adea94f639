"""Charges and refunds for the staff, to look at."""

from django.contrib import admin

from charges.models import Charge, Refund
from core.admin import ReadOnlyAdmin


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    list_display = ("txid", "client", "debtor_name", "amount", "status", "created_at", "paid_at")
    list_filter = ("status", "channel")
    list_select_related = ("client",)
    search_fields = ("txid",)
    ordering = ("-created_at", "-id")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("refund_id", "charge", "client", "amount", "status", "created_at", "completed_at")
    list_filter = ("status", "nature")
    list_select_related = ("client", "charge")
    search_fields = ("refund_id", "charge__txid")
