"""Orders, payments by card and what follows from them for the staff, to look at; fees and terminals to agree on."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from core.admin import NothingIsDeleted, ReadOnlyAdmin
from transactions.actions import terms
from transactions.models import (
    CardPayment,
    Contract,
    Dispute,
    FeeRule,
    Operation,
    Order,
    Receivable,
    Recurrence,
    Terminal,
)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "order_id",
        "client",
        "payment_method",
        "amount",
        "captured_amount",
        "refunded_amount",
        "created_at",
    )
    list_filter = ("payment_method", "channel")
    list_select_related = ("client",)
    search_fields = ("order_id",)
    ordering = ("-created_at", "-id")


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ("operation_id", "order", "type", "result", "amount", "nsu", "created_at")
    list_filter = ("type", "result", "channel")
    list_select_related = ("order",)
    search_fields = ("operation_id", "nsu", "end_to_end_id", "order__order_id")
    ordering = ("-created_at", "-id")


@admin.register(CardPayment)
class CardPaymentAdmin(ReadOnlyAdmin):
    list_display = ("operation", "client", "brand", "last4", "amount", "status", "created_at")
    list_filter = ("status", "brand", "type")
    list_select_related = ("client", "operation")
    search_fields = ("operation__operation_id", "operation__order__order_id", "last4")
    ordering = ("-created_at", "-id")


@admin.register(Receivable)
class ReceivableAdmin(ReadOnlyAdmin):
    list_display = ("operation", "client", "number", "of", "gross", "fee", "status", "pays_on")
    list_filter = ("status",)
    list_select_related = ("client", "operation")
    search_fields = ("operation__operation_id",)
    ordering = ("-created_at", "-id")


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("dispute_id", "client", "type", "status", "amount", "excess", "deadline")
    list_filter = ("type", "status")
    list_select_related = ("client",)
    search_fields = ("dispute_id", "case_id", "operation__operation_id")


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin):
    list_display = ("contract_id", "client", "customer_id", "brand", "last4", "status", "created_at")
    list_filter = ("status", "brand")
    list_select_related = ("client",)
    search_fields = ("contract_id", "customer_id")


@admin.register(Recurrence)
class RecurrenceAdmin(ReadOnlyAdmin):
    list_display = ("recurrence_id", "client", "frequency", "amount", "status", "created_at")
    list_filter = ("status", "frequency")
    list_select_related = ("client",)
    search_fields = ("recurrence_id", "contract__contract_id")


class OfOneClient(NothingIsDeleted):
    """A row stays with the client that it was made for."""

    list_select_related = ("client",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["client"] if obj else []


@admin.register(FeeRule)
class FeeAdmin(OfOneClient):
    list_display = ("client", "brand", "type", "installments", "percentage", "fixed", "valid")
    list_filter = ("client", "brand", "type")

    def save_model(self, request: HttpRequest, obj: FeeRule, form: "forms.ModelForm[Any]", change: bool) -> None:
        terms.save_fee(by_staff=request.user.is_staff, rule=obj)


@admin.register(Terminal)
class TerminalAdmin(OfOneClient):
    list_display = ("terminal_id", "client", "name", "serial")
    list_filter = ("client",)
    search_fields = ("terminal_id", "serial", "name")
    fields = ("client", "terminal_id", "serial", "name")

    def save_model(self, request: HttpRequest, obj: Terminal, form: "forms.ModelForm[Any]", change: bool) -> None:
        terms.save_terminal(by_staff=request.user.is_staff, terminal=obj)
