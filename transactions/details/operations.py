"""Operations as a tree, and what may be done with each of them now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import money
from core.actor import Actor
from core.lists.short import SHORT
from core.looks import Look
from gateways import abecs
from transactions.looks import DISPUTES, ICONS, RESULTS
from transactions.models import Operation
from transactions.queries.availability import Available, available_operations
from transactions.states import (
    GIVES_BACK,
    Action,
    DisputeStatus,
    OperationResult,
    OperationType,
    PaymentMethod,
)
from webhooks.timeline import who_did

TAKES_AWAY = (*GIVES_BACK, OperationType.CHARGEBACK)
UNDER_REVIEW: Look = ("blue", "eye")
LISTED = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation as a page shows it."""

    operation: Operation

    @property
    def kind(self) -> str:
        return str(OperationType(self.operation.type).label)

    @property
    def signed_amount(self) -> Decimal:
        """Less than zero for what goes back to the holder."""
        amount = self.operation.amount
        return -amount if self.operation.type in TAKES_AWAY else amount

    @property
    def look(self) -> Look:
        if self.dispute_status:
            return DISPUTES[self.dispute_status]
        return UNDER_REVIEW if self.operation.under_review else RESULTS[OperationResult(self.operation.result)]

    @property
    def word(self) -> str:
        if self.dispute_status:
            return str(self.dispute_status.label)
        if self.operation.under_review:
            return _("Under review")
        return str(OperationResult(self.operation.result).label)

    @property
    def dispute_status(self) -> DisputeStatus | None:
        """What became of a chargeback."""
        if self.operation.type != OperationType.CHARGEBACK:
            return None
        return DisputeStatus(self.operation.opened_dispute.status)

    @property
    def who(self) -> str:
        return who_did(self.operation.created_by, self.operation.door)

    @property
    def reason(self) -> str:
        """What the return code of a refusal means."""
        refused = self.operation.result in (OperationResult.DECLINED, OperationResult.FAILED)
        return meaning_of(self.operation) if refused else ""


@dataclass(frozen=True, slots=True)
class Node(Shown):
    """An operation with those that refer to it, of which the newest `most` are shown. `page` leads to the payment it
    began, where that is another one."""

    children: "list[Node]" = field(default_factory=list)
    most: int = SHORT
    page: str = ""

    @property
    def count(self) -> int:
        return 1 + sum(child.count for child in self.children)

    @property
    def newest(self) -> "list[Node]":
        return self.children[-self.most :]

    @property
    def left_out(self) -> int:
        return max(0, len(self.children) - self.most)


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that may be taken now, as a line that opens its dialog."""

    operation: Operation
    available: Available

    @property
    def action(self) -> Action:
        return self.available.action

    @property
    def icon(self) -> str:
        return ICONS[self.action]

    @property
    def address(self) -> str:
        return reverse("transactions:operate", args=[self.operation.operation_id, slug_of(self.action)])

    @property
    def line(self) -> str:
        """Of what, and how much at most."""
        words = {
            "of": OperationType(self.operation.type).label,
            "whole": money.formatted(self.operation.amount),
            "most": money.formatted(self.available.largest),
        }
        if self.available.is_whole and self.available.largest == self.operation.amount:
            return _("%(of)s of %(whole)s") % words
        if self.available.is_whole:
            return _("%(of)s of %(whole)s: %(most)s") % words
        return _("%(of)s of %(whole)s: up to %(most)s") % words


def slug_of(action: Action) -> str:
    """`chargeback-reversal`, as addresses name it."""
    return action.value.lower().replace("_", "-")


def meaning_of(operation: Operation) -> str:
    """What the acquirer's return code says to people."""
    if not operation.return_code or operation.order.payment_method != PaymentMethod.CARD:
        return ""
    return str(abecs.meaning(operation.payment_circuit, operation.return_code).text)


def tree_of(operations: Iterable[Operation], payment: Operation | None = None, *, whole: bool) -> list[Node]:
    """The operations of an order, oldest first, below what they refer to. With `payment` only what hangs on that one;
    what another payment began is a link then."""
    children: dict[int | None, list[Operation]] = defaultdict(list)
    for each in operations:
        children[each.parent_id].append(each)

    def node(operation: Operation) -> Node:
        below = [node(child) for child in children[operation.pk]]
        return Node(operation, below, len(below) if whole else SHORT, page_of_payment(operation, payment))

    roots = [payment] if payment else children[None]
    return [node(root) for root in roots]


def page_of_payment(operation: Operation, shown: Operation | None) -> str:
    """The page of the card payment that an operation began; none for the one that is shown."""
    began = operation.payment_id is None and operation.order.payment_method == PaymentMethod.CARD
    if not began or (shown and operation.pk == shown.pk):
        return ""
    return reverse("transactions:card", args=[operation.operation_id])


def offers_of(actor: Actor, *operations: Operation) -> list[Offer]:
    return [Offer(each, available) for each in operations for available in available_operations(actor, each)]


def offered_on_a_page(actor: Actor, operations: Iterable[Operation]) -> dict[str, Any]:
    """What may be done now as one list. Where that would be a long one, each operation has a menu instead."""
    offers = offers_of(actor, *operations)
    if len(offers) <= LISTED:
        return {"offers": offers}
    return {"offers": [], "with_menu": {offer.operation.pk for offer in offers}}
