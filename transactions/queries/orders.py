"""Reads of orders, operations and payments by card, always through the actor's client."""

from django.db.models import Prefetch, QuerySet

from core.actor import Actor
from core.errors import NotFound
from transactions.models import CardPayment, Dispute, Operation, Order


def orders_for(actor: Actor) -> QuerySet[Order]:
    return Order.objects.filter(client_id=actor.client_id, was_refused=False)


def order_of(actor: Actor, order_id: str) -> Order:
    """Raises NotFound: another client's order does not exist."""
    order = orders_for(actor).filter(order_id=order_id).first()
    if order is None:
        raise NotFound
    return order


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
