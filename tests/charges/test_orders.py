"""A charge is an order, its Pix and refunds are operations on it, and every movement is in the journal."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from charges.actions.payments import record_pix
from charges.actions.refunds import request_refund, send_waiting_refunds, settle_refund
from charges.backfill import NAME_ORDERS, POST_CHARGES
from charges.models import Charge, Payment, Refund
from core.actor import Actor
from gateways.protocols import RefundOutcome
from tests.charges.conftest import make_charge, pay, pix_for
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import do
from transactions.actions.changes import Note
from transactions.errors import AmountNotAllowed, MerchantTransactionIdUsed, OperationNotAllowed
from transactions.models import Account, Entry, Operation, Order, Posting
from transactions.queries.availability import available_operations
from transactions.queries.orders import operation_of
from transactions.states import Action

pytestmark = pytest.mark.django_db


def balances() -> dict[str, Decimal]:
    return {account.name: account.balance for account in Account.objects.all() if account.balance}


def settle(refund: Refund, *, completed: bool) -> None:
    settle_refund(
        refund_id=refund.refund_id, outcome=RefundOutcome(completed=completed, reason="" if completed else "AM04")
    )


def test_a_charge_is_an_order_from_its_first_moment(operator: Actor) -> None:
    charge = make_charge(operator, description="Pedido 7", user_reference="pedido-7")
    order = Order.objects.get(order_id=charge.txid)
    assert (order.amount, order.payment_method, order.captured_amount) == (charge.amount, "PIX", Decimal(0))
    assert (order.description, order.user_reference) == ("Pedido 7", "pedido-7")


def test_a_pix_is_available_until_it_goes_back(operator: Actor, paid_charge: Charge) -> None:
    assert balances() == {"cash": Decimal("100.00"), "clearing": Decimal("-100.00")}
    refund = request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("30.00"))
    assert balances()["refunds_in_transit"] == Decimal("30.00")
    settle(refund, completed=True)
    assert balances() == {"cash": Decimal("70.00"), "clearing": Decimal("-70.00")}
    order = paid_charge.order
    order.refresh_from_db()
    assert (order.captured_amount, order.refunded_amount) == (Decimal("100.00"), Decimal("30.00"))
    assert_books_are_right()


def test_a_refund_that_failed_gives_its_amount_free(operator: Actor, paid_charge: Charge) -> None:
    refund = request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("100.00"))
    settle(refund, completed=False)
    assert balances() == {"cash": Decimal("100.00"), "clearing": Decimal("-100.00")}
    refund.operation.refresh_from_db()
    assert (refund.operation.result, refund.operation.return_code) == ("FAILED", "AM04")
    assert_books_are_right()


def test_a_pix_that_did_not_pay_is_an_operation_with_its_return(operator: Actor, paid_charge: Charge) -> None:
    record_pix(pix_for(paid_charge))
    kinds = [operation.type for operation in paid_charge.order.operations.all()]
    assert kinds == ["DEBIT", "DEBIT", "REFUND"]
    assert_books_are_right()


def test_the_door_of_operations_refunds_a_pix_with_the_merchants_own_id(operator: Actor, paid_charge: Charge) -> None:
    received = paid_charge.order.operations.get()
    assert [each.action for each in available_operations(operator, operation_of(operator, received.operation_id))] == [
        Action.REFUND
    ]
    note = Note(merchant_transaction_id="devolucao-1", memo="Item em falta")
    made = do(operator, received, Action.REFUND, "40.00", note=note)
    refund = Refund.objects.get(operation=made)
    assert (refund.amount, refund.description, made.merchant_transaction_id) == (
        Decimal("40.00"),
        "Item em falta",
        "devolucao-1",
    )
    with pytest.raises(MerchantTransactionIdUsed):
        do(operator, received, Action.REFUND, "1.00", note=note)
    with pytest.raises(AmountNotAllowed):
        do(operator, received, Action.REFUND, "60.01")
    with pytest.raises(OperationNotAllowed):
        do(operator, received, Action.CHARGEBACK, "10.00")
    send_waiting_refunds()


def test_rows_from_before_there_were_orders_are_posted_as_if_they_had_always_been(operator: Actor) -> None:
    """The migration's SQL writes what the actions write."""
    whole, failed = pay(make_charge(operator)), pay(make_charge(operator))
    settle(request_refund(actor=operator, txid=whole.txid, amount=Decimal("100.00")), completed=True)
    settle(request_refund(actor=operator, txid=failed.txid, amount=Decimal("60.00")), completed=False)
    request_refund(actor=operator, txid=failed.txid, amount=Decimal("10.00"))
    make_charge(operator)
    wanted = (books(), balances())
    forget_orders()
    with connection.cursor() as cursor:
        for statement in (*NAME_ORDERS, *POST_CHARGES):
            cursor.execute(statement)
    assert (books(), balances()) == wanted
    assert {payment.operation.end_to_end_id for payment in Payment.objects.all()} == {
        payment.end_to_end_id for payment in Payment.objects.all()
    }
    assert_books_are_right()


def books() -> tuple[list[object], ...]:
    """What orders, operations and postings say, without the ids that differ."""
    orders = Order.objects.order_by("order_id").values_list(
        "order_id", "amount", "authorized_amount", "captured_amount", "refunded_amount", "last_operation_type"
    )
    operations = Operation.objects.order_by("order__order_id", "type", "amount", "result").values_list(
        "order__order_id", "type", "result", "amount", "refunded_amount", "end_to_end_id", "return_code", "door"
    )
    entries = Entry.objects.order_by("posting__kind", "account", "amount").values_list(
        "posting__kind", "account", "amount"
    )
    return list(orders), list(operations), list(entries)


def forget_orders() -> None:
    """As it was before: the rows of charges alone. What refers to an order is judged at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger fires
        for model in (Entry, Posting, Account, Operation, Order):
            rows: Any = model._default_manager.all()
            rows._raw_delete("default")
        cursor.execute("SET LOCAL session_replication_role = origin")
