"""Sales by card and what follows them: the amounts of every row, and the journal beneath."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core import clock
from core.actor import Actor
from tests.gateways.seats import every_seat_taken
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import DECLINED, REVIEWED, TIMES_OUT, do, sell
from transactions.actions import disputes, outcomes
from transactions.errors import AmountNotAllowed, OperationNotAllowed, OrderAlreadyPaid
from transactions.models import CardPayment, Operation
from transactions.queries.orders import card_of
from transactions.states import Action, CardStatus, OperationResult

pytestmark = pytest.mark.django_db


def again(actor: Actor, payment: CardPayment) -> CardPayment:
    return card_of(actor, payment.operation.operation_id)


def test_a_sale_is_approved_and_its_receivable_is_due_in_30_days(operator: Actor, sale: CardPayment) -> None:
    assert (sale.status, sale.captured_amount, sale.operation.result) == ("APPROVED", Decimal("100.00"), "EXECUTED")
    (part,) = sale.operation.receivables.all()
    assert part.pays_on >= (clock.now() + timedelta(days=29)).date()
    assert_books_are_right()


def test_a_declined_card_leaves_the_order_open_for_another_attempt(operator: Actor) -> None:
    denied = sell(operator, DECLINED, order_id="pedido-1")
    assert (denied.status, denied.operation.return_code) == ("DENIED", "05")
    assert sell(operator, order_id="pedido-1").status == CardStatus.APPROVED
    with pytest.raises(OrderAlreadyPaid):
        sell(operator, order_id="pedido-1")
    assert_books_are_right()


def test_an_authorization_is_captured_in_parts_and_the_rest_reversed(
    operator: Actor, authorization: CardPayment
) -> None:
    first = do(operator, authorization.operation, Action.CAPTURE, "60.00")
    do(operator, authorization.operation, Action.CAPTURE, "25.00")
    with pytest.raises(AmountNotAllowed):
        do(operator, authorization.operation, Action.CAPTURE, "15.01")
    do(operator, authorization.operation, Action.REVERSAL)
    with pytest.raises(OperationNotAllowed):
        do(operator, authorization.operation, Action.CAPTURE, "0.01")
    do(operator, first, Action.REFUND, "10.00")
    payment = again(operator, authorization)
    assert (payment.status, payment.captured_amount, payment.refunded_amount) == (
        "APPROVED",
        Decimal("85.00"),
        Decimal("10.00"),
    )
    assert payment.flags == ["PARTIALLY_REFUNDED"]
    assert_books_are_right()


def test_what_was_not_captured_lapses_when_a_seat_at_the_acquirer_is_free(
    operator: Actor, authorization: CardPayment
) -> None:
    CardPayment.objects.update(captures_until=clock.now() - timedelta(seconds=1))
    with every_seat_taken():
        outcomes.let_authorizations_lapse()
    assert again(operator, authorization).status == CardStatus.APPROVED
    outcomes.let_authorizations_lapse()
    assert again(operator, authorization).status == CardStatus.CANCELLED
    assert_books_are_right()


def test_a_whole_reversal_voids_the_authorization(operator: Actor, authorization: CardPayment) -> None:
    do(operator, authorization.operation, Action.REVERSAL)
    payment = again(operator, authorization)
    assert (payment.status, payment.operation.result) == ("CANCELLED", "VOIDED")
    assert_books_are_right()


def test_a_sale_of_today_is_cancelled_as_a_whole(operator: Actor, sale: CardPayment) -> None:
    do(operator, sale.operation, Action.CANCEL)
    payment = again(operator, sale)
    assert (payment.status, payment.operation.result, payment.captured_amount) == ("CANCELLED", "VOIDED", Decimal(0))
    assert_books_are_right()


def test_what_is_refunded_in_full_is_cancelled(operator: Actor, sale: CardPayment) -> None:
    do(operator, sale.operation, Action.REFUND, "40.00")
    do(operator, sale.operation, Action.REFUND)
    payment = again(operator, sale)
    assert (payment.status, payment.refunded_amount) == ("CANCELLED", Decimal("100.00"))
    assert_books_are_right()


def test_a_chargeback_blocks_the_money_and_its_reversal_frees_it(operator: Actor, sale: CardPayment) -> None:
    chargeback = disputes.record_chargeback(
        actor=operator, operation_id=sale.operation.operation_id, amount=Decimal("30.00")
    )
    assert again(operator, sale).flags == ["CHARGEBACK"]
    assert sorted(sale.operation.receivables.values_list("status", "gross")) == [
        ("BLOCKED", Decimal("30.00")),
        ("SCHEDULED", Decimal("70.00")),
    ]
    assert_books_are_right()
    disputes.reverse_chargeback(actor=operator, operation_id=chargeback.operation_id)
    assert again(operator, sale).flags == []
    assert set(sale.operation.receivables.values_list("status", flat=True)) == {"SCHEDULED"}
    assert_books_are_right()


def test_a_timeout_is_looked_up_and_denied(operator: Actor) -> None:
    payment = sell(operator, TIMES_OUT)
    assert payment.status == CardStatus.PENDING
    Operation.objects.filter(pk=payment.operation_id).update(next_look_up_at=clock.now() - timedelta(minutes=1))
    outcomes.look_up_unknown_outcomes()
    assert again(operator, payment).status in (CardStatus.PENDING, CardStatus.DENIED)


def test_a_payment_under_review_waits_for_the_acquirer(operator: Actor) -> None:
    payment = sell(operator, REVIEWED)
    assert (payment.status, payment.operation.result) == (CardStatus.UNDER_REVIEW, OperationResult.PENDING)
    decision = {
        "operationId": payment.operation.operation_id,
        "approved": False,
        "returnCode": "59",
        "nsu": "123456",
        "authorizationCode": "",
    }
    outcomes.handle_review_notice(decision)
    assert again(operator, payment).status == CardStatus.DENIED
    assert_books_are_right()
