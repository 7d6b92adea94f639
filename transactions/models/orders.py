"""An order and the operations on it: a tree that only grows."""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.actor import Channel
from core.audit import track, transitions
from core.money import LARGEST, ZERO
from core.rows import OftenWritten
from transactions.states import (
    OPERATION_TRANSITIONS,
    RESULTS,
    OperationChannel,
    OperationResult,
    OperationType,
    PaymentMethod,
)

DOORS = [(channel.value, channel.value) for channel in Channel]


def reais(**kwargs: Any) -> "models.DecimalField[Decimal, Decimal]":
    """An amount in reais."""
    return models.DecimalField(**{"max_digits": 12, "decimal_places": 2, **kwargs})


def sum_of_reais() -> "models.DecimalField[Decimal, Decimal]":
    """A sum over the payments of an order, each of which may be as large as an amount can be."""
    return reais(max_digits=16, default=ZERO)


class Order(OftenWritten):
    """A purchase. The amounts say what was done, in sums over its payments; what is under way is held by operations.

    `authorized` leaves out what was voided as a whole, `captured` what was cancelled on its day; `capturable` is what
    is still open of pre-authorizations. They change under the row's lock alone.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    order_id = models.CharField(max_length=64)
    payment_method = models.CharField(max_length=6, choices=PaymentMethod.choices)
    channel = models.CharField(max_length=10, choices=OperationChannel.choices)
    amount = reais()
    authorized_amount = sum_of_reais()
    captured_amount = sum_of_reais()
    capturable_amount = sum_of_reais()
    refunded_amount = sum_of_reais()
    charged_back_amount = sum_of_reais()
    currency = models.CharField(max_length=3, default="BRL")
    description = models.CharField(max_length=140, blank=True)
    user_reference = models.CharField(max_length=77, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    customer_document = models.CharField(max_length=14, blank=True)
    customer_email = models.CharField(max_length=254, blank=True)
    was_refused = models.BooleanField(default=False)  # by the network, at once: nobody was ever shown it
    last_operation_type = models.CharField(max_length=20, choices=OperationType.choices, blank=True)
    last_operation_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "order_id"], name="order_id_once"),
            models.CheckConstraint(condition=Q(amount__gt=ZERO, amount__lte=LARGEST), name="order_amount_in_range"),
            models.CheckConstraint(
                condition=Q(captured_amount__gte=ZERO, captured_amount__lte=F("authorized_amount")),
                name="order_captured_within_authorized",
            ),
            models.CheckConstraint(
                condition=Q(capturable_amount__gte=ZERO, capturable_amount__lte=F("authorized_amount")),
                name="order_capturable_within_authorized",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=ZERO, refunded_amount__lte=F("captured_amount")),
                name="order_refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(charged_back_amount__gte=ZERO, charged_back_amount__lte=F("captured_amount")),
                name="order_charged_back_within_captured",
            ),
            models.CheckConstraint(condition=Q(currency="BRL"), name="order_currency"),
        ]
        indexes = [
            models.Index("client", F("created_at").desc(), F("id").desc(), name="orders_newest_first"),
            models.Index("client", F("updated_at").desc(), name="orders_by_change"),
        ]
        triggers = [
            pgtrigger.Protect(name="orders_stay", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_was_ordered", fields=["client", "order_id", "payment_method", "currency", "created_at"]
            ),
        ]

    def __str__(self) -> str:
        return self.order_id


# What an operation is never changes; its result and what the gateway says of it move forward.
WHAT_IT_IS = [
    "client",
    "order",
    "payment",
    "parent",
    "operation_id",
    "type",
    "amount",
    "channel",
    "usage",
    "memo",
    "merchant_transaction_id",
    "x_transaction_id",
    "created_by",
    "door",
    "created_at",
]


def _possible_results() -> Q:
    possible = Q(result=OperationResult.PENDING)
    for kind, results in RESULTS.items():
        possible |= Q(type=kind, result__in=sorted(results))
    return possible


@track()
class Operation(OftenWritten):
    """One action on an order. `payment` is the operation that began its payment (none: it is that one).

    Of an operation that others refer to, `captured`, `reversed` (cancelled on its day, of a capture or debit),
    `refunded` and `charged_back` are taken from the moment they are asked for: what is under way counts, so that two
    can never take the same money.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="operations")
    payment = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    operation_id = models.CharField(max_length=36)
    type = models.CharField(max_length=20, choices=OperationType.choices)
    result = models.CharField(max_length=10, choices=OperationResult.choices, default=OperationResult.PENDING)
    under_review = models.BooleanField(default=False)
    amount = reais()
    captured_amount = reais(default=ZERO)
    reversed_amount = reais(default=ZERO)
    refunded_amount = reais(default=ZERO)
    charged_back_amount = reais(default=ZERO)
    channel = models.CharField(max_length=10, choices=OperationChannel.choices)
    payment_circuit = models.CharField(max_length=12, blank=True)
    payment_instrument = models.CharField(max_length=40, blank=True)
    nsu = models.CharField(max_length=12, blank=True)
    authorization_code = models.CharField(max_length=6, blank=True)
    end_to_end_id = models.CharField(max_length=32, blank=True)
    return_code = models.CharField(max_length=5, blank=True)
    usage = models.CharField(max_length=22, blank=True)
    merchant_transaction_id = models.CharField(max_length=64, null=True, blank=True)
    memo = models.CharField(max_length=255, blank=True)
    additional_data = models.JSONField(default=dict, blank=True)
    awaits_approval = models.BooleanField(default=False)
    next_look_up_at = models.DateTimeField(null=True)
    look_ups = models.PositiveSmallIntegerField(default=0)
    x_transaction_id = models.UUIDField(null=True)
    created_by = models.CharField(max_length=120)
    door = models.CharField(max_length=10, choices=DOORS)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["operation_id"], name="operation_id_once"),
            models.UniqueConstraint(
                fields=["client", "merchant_transaction_id"],
                condition=Q(merchant_transaction_id__isnull=False),
                name="merchant_transaction_id_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=Decimal(0)), name="operation_amount_positive"),
            models.CheckConstraint(condition=_possible_results(), name="operation_result_of_its_type"),
            models.CheckConstraint(
                condition=Q(
                    captured_amount__gte=ZERO,
                    reversed_amount__gte=ZERO,
                    captured_amount__lte=F("amount") - F("reversed_amount"),
                ),
                name="operation_captured_and_reversed_within_authorized",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=ZERO, refunded_amount__lte=F("amount")),
                name="operation_refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(charged_back_amount__gte=ZERO, charged_back_amount__lte=F("amount")),
                name="operation_charged_back_within_captured",
            ),
        ]
        indexes = [
            models.Index("client", F("created_at").desc(), F("id").desc(), name="operations_newest_first"),
            models.Index("client", F("updated_at").desc(), F("id").desc(), name="operations_by_change"),
            models.Index("client", "nsu", name="operations_by_nsu", condition=~Q(nsu="")),
            models.Index("client", "end_to_end_id", name="operations_by_end_to_end_id", condition=~Q(end_to_end_id="")),
            models.Index(
                fields=["next_look_up_at"], name="operations_to_look_up", condition=Q(next_look_up_at__isnull=False)
            ),
        ]
        triggers = [
            transitions("result", OPERATION_TRANSITIONS),
            pgtrigger.Protect(name="operations_stay", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="what_it_is", fields=WHAT_IT_IS),
        ]

    def __str__(self) -> str:
        return self.operation_id

    @property
    def capturable(self) -> Decimal:
        """What is still open of a pre-authorization, in reais."""
        is_open = self.type == OperationType.PREAUTHORIZATION and self.result == OperationResult.AUTHORIZED
        return self.amount - self.captured_amount - self.reversed_amount if is_open else ZERO

    @property
    def remaining(self) -> Decimal:
        """What of a capture or debit was neither given back nor charged back, in reais. Never below zero: a notice may
        charge back what was refunded already."""
        return max(ZERO, self.amount - self.reversed_amount - self.refunded_amount - self.charged_back_amount)
