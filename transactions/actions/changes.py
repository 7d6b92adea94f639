"""The one way in which an order, its operations and a payment by card change: under the order's lock, with amounts that
are summed up from the operations."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction

from accounts.permissions import Module
from core import clock, prepared
from core.actor import Actor
from core.errors import NotFound
from core.money import ZERO
from transactions.errors import MerchantTransactionIdUsed
from transactions.models import CardPayment, Operation, Order
from transactions.queries.orders import with_facts
from transactions.states import (
    CARD_TRANSITIONS,
    OPERATION_TRANSITIONS,
    PAYMENTS,
    TAKES_MONEY,
    CardStatus,
    OperationChannel,
    OperationResult,
    OperationType,
    moved,
)
from webhooks.events import Change, Message, amount_fact, publish

LOCK_PENDING = """
    SELECT purchase.id FROM transactions_order AS purchase
    JOIN transactions_operation AS operation ON operation.order_id = purchase.id
    WHERE operation.id = %(operation)s AND operation.result = 'PENDING' AND NOT operation.under_review
    FOR UPDATE
"""  # of both: after a wait for the order the operation is judged as it stands then
LAST_OPERATION = ("last_operation_type", "last_operation_at", "updated_at")
SUMS = ("authorized_amount", "captured_amount", "capturable_amount", "refunded_amount", "charged_back_amount")


@dataclass(frozen=True, slots=True)
class Note:
    """What a person or a merchant says with an operation. `usage` is the text for the cardholder's statement."""

    usage: str = ""
    merchant_transaction_id: str | None = None
    memo: str = ""


NO_NOTE = Note()


def locked_order(order: Order) -> Order:
    """The order under its lock, which every change of it and of its operations takes first."""
    return Order.objects.select_for_update(of=("self",)).select_related("client").get(pk=order.pk)


def locked(operation_id: str, *, client_id: int | None = None) -> Operation:
    """The operation, its order under lock. Raises NotFound: another client's operation does not exist."""
    rows = Operation.objects.filter(operation_id=operation_id)
    found = (rows if client_id is None else rows.filter(client_id=client_id)).select_related("order").first()
    if found is None:
        raise NotFound
    order = locked_order(found.order)
    operation = with_facts(Operation.objects.filter(pk=found.pk)).get()
    for each in (operation, operation.payment):
        if each is not None:
            each.order = order
    return operation


def locked_payment(payment: CardPayment) -> CardPayment:
    """The payment as it stands, its order under lock. While it is PENDING nothing but its outcome changes it, so that
    it need not be read again."""
    if prepared.execute(LOCK_PENDING, {"operation": payment.operation_id}).fetchone():
        return payment
    order = locked_order(payment.operation.order)
    payment = CardPayment.objects.select_related("operation", "contract").get(pk=payment.pk)
    payment.operation.order = order
    return payment


def begin(
    order: Order,
    kind: OperationType,
    amount: Decimal,
    *,
    actor: Actor,
    channel: OperationChannel = OperationChannel.BACKOFFICE,
    parent: Operation | None = None,
    payment: Operation | None = None,
    note: Note = NO_NOTE,
    **facts: Any,
) -> Operation:
    """A new operation of `amount` reais on a locked order, PENDING unless `result` says more. An order that was not
    written yet is written with its first."""
    moment = clock.now()
    order.last_operation_type, order.last_operation_at, order.updated_at = kind, moment, moment
    order.save(update_fields=None if order._state.adding else LAST_OPERATION)
    instrument = payment or parent
    seen = {
        "payment_circuit": instrument.payment_circuit if instrument else "",
        "payment_instrument": instrument.payment_instrument if instrument else "",
        "end_to_end_id": instrument.end_to_end_id if instrument else "",
    }
    operation = Operation(
        client_id=order.client_id,
        order=order,
        type=kind,
        amount=amount,
        parent=parent,
        payment=payment,
        operation_id=str(uuid.uuid4()),
        channel=channel,
        usage=note.usage,
        merchant_transaction_id=note.merchant_transaction_id,
        memo=note.memo,
        x_transaction_id=actor.request_id,
        created_by=actor.name,
        door=actor.channel.value,
        created_at=moment,
        updated_at=moment,
        **{**seen, **facts},
    )
    _insert(operation)
    return operation


def _insert(operation: Operation) -> None:
    """Of two at the same time with one merchantTransactionId the database lets the first through. Raises
    MerchantTransactionIdUsed."""
    wanted = operation.merchant_transaction_id
    if wanted is None:
        operation.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
    except IntegrityError as taken:
        owner = Operation.objects.filter(client_id=operation.client_id, merchant_transaction_id=wanted).first()
        if owner is None:
            raise
        raise MerchantTransactionIdUsed(f"merchantTransactionId: {wanted}", operation=owner) from taken


def settle(operation: Operation, result: OperationResult, **gateway_fields: Any) -> None:
    """The operation's result, and what the gateway said with it. Raises ValueError for a way back."""
    operation.result = moved(OPERATION_TRANSITIONS, OperationResult(operation.result), result)
    moment = clock.now()
    said = {"next_look_up_at": None, "under_review": False, "settled_at": moment, **gateway_fields}
    changed = {**said, "updated_at": moment}
    for name, value in changed.items():
        setattr(operation, name, value)
    operation.save(update_fields=["result", *changed])


def void(operation: Operation) -> None:
    """Nothing is left of it; when it was settled stays."""
    settle(operation, OperationResult.VOIDED, settled_at=operation.settled_at)


def take(parent: Operation, name: str, amount: Decimal) -> None:
    """Holds (or with a negative amount gives back) a part of what an operation has. The database refuses too much."""
    setattr(parent, name, getattr(parent, name) + amount)
    parent.save(update_fields=[name])


def sum_up(order: Order, operations: Iterable[Operation] | None = None) -> None:
    """Writes down what the operations of a locked order amount to, read anew unless they just were."""
    sums = sums_of(order.operations.all() if operations is None else operations)
    for name, amount in sums.items():
        setattr(order, name, amount)
    order.updated_at = clock.now()
    order.save(update_fields=[*sums, "updated_at"])


def sums_of(operations: Iterable[Operation]) -> dict[str, Decimal]:
    """What was done, in reais: nothing that is under way counts, and nothing that was voided."""
    sums = dict.fromkeys(SUMS, ZERO)
    for each in operations:
        done = each.result in (OperationResult.AUTHORIZED, OperationResult.EXECUTED)
        if done and each.type in PAYMENTS:
            sums["authorized_amount"] += each.amount
        if done and each.type in TAKES_MONEY:
            sums["captured_amount"] += each.amount
        if done and each.type == OperationType.REFUND:
            sums["refunded_amount"] += each.amount
        if done and each.type == OperationType.CHARGEBACK:
            sums["charged_back_amount"] += each.amount
        if done and each.type == OperationType.CHARGEBACK_REVERSAL:
            sums["charged_back_amount"] -= each.amount
        sums["capturable_amount"] += each.capturable
    return sums


def status_of(operations: Iterable[Operation]) -> CardStatus:
    """The status of a payment by card, from its operations, the first of which began it (STATES.md 3).

    CANCELLED when everything captured went back and nothing can be captured any more."""
    payment, *followers = operations
    match payment.result:
        case OperationResult.PENDING:
            return CardStatus.UNDER_REVIEW if payment.under_review else CardStatus.PENDING
        case OperationResult.DECLINED:
            return CardStatus.DENIED
        case OperationResult.VOIDED:
            return CardStatus.CANCELLED
    every = [payment, *followers]
    sums = sums_of(every)
    captures = [each for each in every if each.type in TAKES_MONEY]
    is_waiting = sums["capturable_amount"] > ZERO or any(each.result == OperationResult.PENDING for each in captures)
    is_back = any(each.result == OperationResult.VOIDED for each in captures) or sums["refunded_amount"] > ZERO
    if is_back and not is_waiting and sums["captured_amount"] == sums["refunded_amount"]:
        return CardStatus.CANCELLED
    return CardStatus.APPROVED


def record(
    card: CardPayment,
    name: str,
    *,
    actor: Actor,
    about: Operation | None = None,
    tell: Callable[[CardPayment], Message | None] | None = None,
) -> None:
    """Sums up the payment and its locked order, and publishes the event, in the caller's transaction.

    `tell` makes the message for merchants, after version and status are known.
    """
    order = card.operation.order
    every = sorted(order.operations.all(), key=attrgetter("created_at", "id"))
    operations = [each for each in every if card.operation_id in (each.pk, each.payment_id)]
    sums = sums_of(operations)
    status = status_of(operations)
    if status != card.status:
        card.status = moved(CARD_TRANSITIONS, CardStatus(card.status), status)
    for each in ("captured_amount", "refunded_amount", "charged_back_amount"):
        setattr(card, each, sums[each])
    card.version += 1
    card.updated_at = clock.now()
    card.save(
        update_fields=[
            "status",
            "captured_amount",
            "refunded_amount",
            "charged_back_amount",
            "version",
            "updated_at",
            "approved_at",
            "captures_until",
        ]
    )
    sum_up(order, every)
    subject = about or card.operation
    change = Change(
        name=f"card.{name}",
        module=Module.CREDIT_CARD.value,
        object_type="card",
        object_id=card.operation.operation_id,
        version=card.version,
        facts={"amount": amount_fact(subject.amount), "operationId": subject.operation_id},
    )
    publish(change, actor=actor, message=tell(card) if tell else None)
