"""A Pix charge as an order: what arrives and what goes back are operations on it, with their entries in the journal.

`charges` calls these under its charge's lock, which comes before the order's.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Client
from core import clock
from core.actor import Actor
from transactions.actions.changes import NO_NOTE, Note, begin, locked, locked_order, settle, sum_up, take
from transactions.actions.journal import between, post_for
from transactions.models import Operation, Order
from transactions.states import AccountName, OperationChannel, OperationResult, OperationType, PaymentMethod

CIRCUIT = "PIX"


def open_order(client: Client, *, order_id: str, amount: Decimal, **facts: Any) -> Order:
    """The order of a charge, made with it."""
    moment = clock.now()
    return Order.objects.create(
        client=client,
        order_id=order_id,
        amount=amount,
        payment_method=PaymentMethod.PIX,
        channel=OperationChannel.ECOMMERCE,
        created_at=moment,
        updated_at=moment,
        **facts,
    )


def change_order(order: Order, **facts: Any) -> None:
    """What the charge says now."""
    Order.objects.filter(pk=order.pk).update(**facts, updated_at=clock.now())


def refuse_order(order: Order) -> None:
    """The network refused the charge at once: nobody ever sees its order."""
    Order.objects.filter(pk=order.pk).update(was_refused=True)


def receive(order: Order, *, amount: Decimal, end_to_end_id: str, settled_at: datetime, actor: Actor) -> Operation:
    """A Pix arrived, whatever it did to its charge: the money is the client's until it goes back."""
    order = locked_order(order)
    received = begin(
        order,
        OperationType.DEBIT,
        amount,
        actor=actor,
        channel=OperationChannel.ECOMMERCE,
        payment_circuit=CIRCUIT,
        end_to_end_id=end_to_end_id,
        result=OperationResult.EXECUTED,
        settled_at=settled_at,
    )
    sum_up(order)
    post_for(received, "pix.received", between(AccountName.CLEARING, AccountName.CASH, amount))
    return received


def hold_refund(
    received: Operation,
    *,
    amount: Decimal,
    actor: Actor,
    note: Note = NO_NOTE,
    awaits_approval: bool = False,
    source: AccountName = AccountName.CASH,
    merchant_id: str | None = None,
) -> Operation:
    """Takes an amount of a Pix, which is on its way back from now on. The database refuses more than remains."""
    received = locked(received.operation_id)
    take(received, "refunded_amount", amount)
    refund = begin(
        received.order,
        OperationType.REFUND,
        amount,
        actor=actor,
        parent=received,
        payment=received,
        note=note,
        awaits_approval=awaits_approval,
    )
    post_for(refund, "pix.refund", between(source, AccountName.REFUNDS_IN_TRANSIT, amount), merchant_id=merchant_id)
    return refund


def block(received: Operation, amount: Decimal) -> None:
    """A MED holds an amount of a Pix: it can be given back by nobody else."""
    received = locked(received.operation_id)
    take(received, "charged_back_amount", amount)
    post_for(received, "med.opened", between(AccountName.CASH, AccountName.MED_BLOCKED, amount))


def unblock(received: Operation, amount: Decimal, *, to_client: bool) -> None:
    """The MED is decided. What does not stay with the client goes back as a refund from where it is blocked."""
    received = locked(received.operation_id)
    take(received, "charged_back_amount", -amount)
    if to_client:
        post_for(received, "med.won", between(AccountName.MED_BLOCKED, AccountName.CASH, amount))


def complete_refund(refund: Operation, *, merchant_id: str | None = None) -> None:
    """The money has left."""
    refund = locked(refund.operation_id)
    settle(refund, OperationResult.EXECUTED)
    sum_up(refund.order)
    moves = between(AccountName.REFUNDS_IN_TRANSIT, AccountName.CLEARING, refund.amount)
    post_for(refund, "pix.refund_completed", moves, merchant_id=merchant_id)


def fail_refund(refund: Operation, *, return_code: str, merchant_id: str | None = None) -> None:
    """The money stays: what was taken is free again."""
    refund = locked(refund.operation_id)
    settle(refund, OperationResult.FAILED, return_code=return_code)
    if refund.parent:
        take(refund.parent, "refunded_amount", -refund.amount)
    sum_up(refund.order)
    moves = between(AccountName.REFUNDS_IN_TRANSIT, AccountName.CASH, refund.amount)
    post_for(refund, "pix.refund_failed", moves, merchant_id=merchant_id)
