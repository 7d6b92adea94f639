"""Filters of the lists of payments by card, orders and contracts."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.actor import Actor
from core.lists.filters import AmountsFilter, ChoicesFilter, ListFilters, PeriodFilter, PrefixFilter, WordedFilter
from transactions.looks import CARDS, CONTRACTS, FLAGS
from transactions.models import CardPayment, Contract, Order
from transactions.queries.conditions import CAPTURED, HAS_FLAG, IN_STATE, TO_CAPTURE
from transactions.queries.orders import payments_known_as
from transactions.states import CardFlag, CardStatus, ContractStatus, PaymentMethod

EVERY_STATUS = gettext_lazy("Every status")
SHOWN_CONTRACTS = (ContractStatus.ACTIVE, ContractStatus.INACTIVE)


class IdentificationFilter(WordedFilter):
    """One box for whatever a person has at hand."""

    field_class = forms.CharField
    hint = gettext_lazy("Transaction id, NSU or order")

    def bind(self, actor: Actor) -> None:
        self.client_id = actor.client_id

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(operation__in=payments_known_as(self.client_id, value)) if value else qs


class ConditionsFilter(ChoicesFilter):
    """Choices that are conditions, any of which may match."""

    def __init__(self, name: str, conditions: "dict[Any, Q]", **kwargs: Any) -> None:
        self.conditions = conditions
        super().__init__(name, **kwargs)

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        wanted = Q()
        for each in value:
            wanted |= self.conditions[each]
        return qs.filter(wanted)


class CardFilters(ListFilters):
    period = PeriodFilter("created_at", label=pgettext_lazy("transaction", "Made"))
    identification = IdentificationFilter("operation", label=gettext_lazy("Identification"))
    status = ChoicesFilter(
        "status",
        label=pgettext_lazy("heading", "Status"),
        choices=CardStatus.choices,
        every=EVERY_STATUS,
        look=lambda value: CARDS[CardStatus(value)],
    )
    flag = ConditionsFilter(
        "flag",
        HAS_FLAG,
        label=gettext_lazy("Came back"),
        choices=CardFlag.choices,
        look=lambda value: FLAGS[CardFlag(value)],
    )
    bar = ("period", "identification", ("status", "flag"))

    class Meta:
        model = CardPayment
        fields: list[str] = []


class OrderFilters(ListFilters):
    period = PeriodFilter("created_at", label=pgettext_lazy("order", "Made"))
    order = PrefixFilter("order_id", label=gettext_lazy("Order"))
    amount = AmountsFilter(
        [
            ("amount", gettext_lazy("Ordered")),
            ("authorized_amount", gettext_lazy("Authorized")),
            ("captured_amount", gettext_lazy("Captured")),
        ],
        label=gettext_lazy("Amount"),
    )
    state = ConditionsFilter(
        "state",
        IN_STATE,
        label=gettext_lazy("State"),
        choices=[(TO_CAPTURE, gettext_lazy("To capture")), (CAPTURED, gettext_lazy("Captured"))],
        every=gettext_lazy("Every state"),
    )
    method = ChoicesFilter(
        "payment_method",
        label=gettext_lazy("Method"),
        choices=PaymentMethod.choices,
        every=gettext_lazy("Every method"),
    )
    bar = ("period", "order", "amount", "state", "method")

    class Meta:
        model = Order
        fields: list[str] = []


class ContractFilters(ListFilters):
    customer = PrefixFilter("customer_id", label=gettext_lazy("Customer"))
    status = ChoicesFilter(
        "status",
        label=pgettext_lazy("heading", "Status"),
        choices=[(status.value, status.label) for status in SHOWN_CONTRACTS],
        every=EVERY_STATUS,
        look=lambda value: CONTRACTS[ContractStatus(value)],
    )
    bar = ("customer", "status")

    class Meta:
        model = Contract
        fields: list[str] = []
