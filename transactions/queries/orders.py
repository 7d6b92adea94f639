"""Reads of orders, operations and payments by card, always through the actor's client."""

from collections import defaultdict
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from core.actor import Actor
from core.at_hand import remember
from core.errors import NotFound
from transactions.models import CardPayment, Dispute, Operation, Order


def orders_for(actor: Actor) -> QuerySet[Order]:
    return Order.objects.filter(client_id=actor.client_id, was_refused=False)


def order_of(actor: Actor, order_id: str) -> Order:
    """With its operations. Raises NotFound: another client's order does not exist."""
    order = with_operations(orders_for(actor)).filter(order_id=order_id).first()
    if order is None:
        raise NotFound
    return order


def with_operations(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.prefetch_related(Prefetch("operations", Operation.objects.select_related("parent")))


def operations_for(actor: Actor) -> QuerySet[Operation]:
    return Operation.objects.filter(client_id=actor.client_id).select_related("order", "parent")


def operation_of(actor: Actor, operation_id: str) -> Operation:
    """With all that decides what may be done with it. Raises NotFound."""
    operation = with_facts(operations_for(actor)).filter(operation_id=operation_id).first()
    if operation is None:
        raise NotFound
    return operation


def with_facts(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """The operations with their payment's card and contract and their disputes, in a fixed number of queries."""
    related = ("order", "card__contract", "payment__card__contract", "opened_dispute")
    disputes = Prefetch("disputes", Dispute.objects.select_related("notice"))
    return operations.select_related(*related).prefetch_related(disputes)


def tree_with_facts(order: Order) -> list[Operation]:
    """The whole tree of an order, as `with_facts` reads an operation, oldest first. What operations share is read once
    and is one object: a hundred captures have the same payment, card and contract."""
    operations = list(order.operations.order_by("created_at", "id"))
    by_id: dict[int | None, Operation] = {each.pk: each for each in operations}
    disputes = defaultdict(list)
    for dispute in Dispute.objects.filter(operation__order=order):
        disputes[dispute.operation_id].append(dispute)
        if dispute.notice_id:
            dispute.notice = by_id[dispute.notice_id]
    for each in operations:
        each.parent = by_id.get(each.parent_id)
        each.payment = by_id.get(each.payment_id)
        remember(each, "disputes", disputes[each.pk])
    for card in CardPayment.objects.filter(operation__order=order).select_related("contract"):
        card.operation = by_id[card.operation_id]
    return operations


def cards_for(actor: Actor) -> QuerySet[CardPayment]:
    return CardPayment.objects.filter(client_id=actor.client_id).select_related("operation__order", "contract")


def card_of(actor: Actor, transaction_id: str) -> CardPayment:
    """Raises NotFound."""
    card = cards_for(actor).filter(operation__operation_id=transaction_id).first()
    if card is None:
        raise NotFound
    return card


def operations_of(card: CardPayment) -> QuerySet[Operation]:
    """The payment's whole tree, in the order in which it grew."""
    root = card.operation
    rows = Operation.objects.filter(order_id=root.order_id, payment_id=root.pk) | Operation.objects.filter(pk=root.pk)
    return rows.select_related("parent").order_by("created_at", "id")


def _followers() -> Prefetch[Any, Any, Any]:
    followers = Operation.objects.select_related("parent").prefetch_related("receivables")
    return Prefetch("operation__followers", followers)


def in_full(cards: QuerySet[CardPayment]) -> QuerySet[CardPayment]:
    """The payments with all that is shown of them, in a fixed number of queries."""
    return cards.select_related("operation__parent").prefetch_related("operation__receivables", _followers())


def completed(card: CardPayment) -> CardPayment:
    """A payment at hand with all that is shown of it; nothing is read of one that was just made."""
    prefetch_related_objects([card], "operation__receivables", _followers())
    return card


def card_in_full(actor: Actor, transaction_id: str) -> CardPayment:
    """Raises NotFound."""
    card = in_full(cards_for(actor)).filter(operation__operation_id=transaction_id).first()
    if card is None:
        raise NotFound
    return card


def with_nsu(client_id: int, nsu: str) -> QuerySet[Operation, Any]:
    """The ids of the payments of which an operation has this NSU."""
    return _payments_with(client_id, Q(nsu=nsu))


def payments_known_as(client_id: int, text: str) -> QuerySet[Operation, Any]:
    """The ids of the payments that a text identifies: the id or the NSU of any of their operations, or the order."""
    return _payments_with(client_id, Q(operation_id=text) | Q(nsu=text) | Q(order__order_id=text))


def _payments_with(client_id: int, condition: Q) -> QuerySet[Operation, Any]:
    found = Operation.objects.filter(condition, client_id=client_id)
    return found.annotate(root=Coalesce("payment_id", "id")).values("root")
