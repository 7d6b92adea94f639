"""MED: the payer's bank asks for a Pix back. What remains is blocked at once and leaves only by the decision."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from charges.actions import sandbox
from charges.actions.payments import record_pix
from charges.actions.refunds import request_refund, send_waiting_refunds, settle_refund
from charges.errors import RefundExceedsRemaining
from charges.models import Charge, Payment, Refund
from core import clock
from core.actor import BRASILIA, Actor
from gateways.models import Notice
from gateways.notices import handle_waiting
from gateways.protocols import RefundOutcome
from gateways.sandbox import network
from tests.charges.conftest import pix_for
from tests.charges.test_orders import balances
from tests.transactions.books import assert_books_are_right
from transactions.actions.disputes import accept_dispute, contest_dispute
from transactions.errors import DisputeClosed
from transactions.models import Dispute
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[[], Dispute]


@pytest.fixture
def med(operator: Actor, paid_charge: Charge) -> Dispute:
    """A MED of fraud on a Pix of R$ 100.00, of which R$ 30.00 are on their way back."""
    request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("30.00"))
    pix = paid_charge.payments.get()
    sandbox.open_med(actor=operator, end_to_end_id=pix.end_to_end_id, kind="FRAUDE")
    handle_waiting()
    return Dispute.objects.get()


def told() -> list[str]:
    return [event.name for event in Event.objects.filter(message_type="PIX_MED").order_by("id")]


def test_what_remains_is_blocked_at_once(operator: Actor, paid_charge: Charge, med: Dispute) -> None:
    assert (med.type, med.status, med.amount) == ("MED", "OPEN", Decimal("70.00"))
    assert balances()["med_blocked"] == Decimal("70.00")
    assert "cash" not in balances()
    with pytest.raises(RefundExceedsRemaining):
        request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("0.01"))
    assert_books_are_right()


def test_an_accepted_med_goes_back_as_a_refund_of_its_nature(
    operator: Actor, paid_charge: Charge, med: Dispute
) -> None:
    accept_dispute(actor=operator, dispute_id=med.dispute_id)
    refund = Refund.objects.get(nature="MED_FRAUDE")
    assert (refund.amount, refund.status) == (Decimal("70.00"), "PROCESSING")
    send_waiting_refunds()
    for each in Refund.objects.all():
        settle_refund(refund_id=each.refund_id, outcome=RefundOutcome(completed=True))
    paid_charge.refresh_from_db()
    assert paid_charge.status == "REFUNDED"
    assert balances() == {}
    assert told() == ["charge.med_opened", "charge.med_lost"]
    assert_books_are_right()


def test_a_contested_med_that_is_won_is_available_again(operator: Actor, med: Dispute) -> None:
    contest_dispute(actor=operator, dispute_id=med.dispute_id, text="Entregue e assinado", files=[])
    sandbox.win_med(actor=operator, dispute_id=med.dispute_id)
    handle_waiting()
    med.refresh_from_db()
    assert (med.status, balances()["cash"]) == ("WON", Decimal("70.00"))
    with pytest.raises(DisputeClosed):
        accept_dispute(actor=operator, dispute_id=med.dispute_id)
    assert_books_are_right()


def test_a_decision_for_the_payer_gives_the_money_back_once(operator: Actor, med: Dispute) -> None:
    for _time in ("once", "again"):
        sandbox.lose_med(actor=operator, dispute_id=med.dispute_id)
        handle_waiting()
    assert Refund.objects.filter(nature="MED_FRAUDE").count() == 1
    assert_books_are_right()


@pytest.mark.parametrize(("age", "opened"), [(timedelta(days=79), 1), (timedelta(days=81), 0)])
def test_a_med_can_be_opened_for_80_days_and_answered_for_7(
    operator: Actor, paid_charge: Charge, age: timedelta, opened: int
) -> None:
    pix = paid_charge.payments.get()
    Payment.objects.update(settled_at=clock.now() - age)
    network.open_med(txid=paid_charge.txid, end_to_end_id=pix.end_to_end_id, kind="FRAUDE")
    last_days = [(dispute.deadline.astimezone(BRASILIA)).date() for dispute in Dispute.objects.all()]
    assert last_days == [clock.today(BRASILIA) + timedelta(days=7)] * opened


def test_a_med_of_a_kind_that_nobody_knows_is_blocked_and_can_be_answered(operator: Actor, paid_charge: Charge) -> None:
    pix = paid_charge.payments.get()
    network.open_med(txid=paid_charge.txid, end_to_end_id=pix.end_to_end_id, kind="GOLPE")
    assert balances()["med_blocked"] == Decimal("100.00")
    accept_dispute(actor=operator, dispute_id=Dispute.objects.get().dispute_id)
    assert Refund.objects.get().amount == Decimal("100.00")


def test_a_med_and_its_decision_that_arrive_before_their_pix_wait_for_it(
    operator: Actor, active_charge: Charge
) -> None:
    pix = pix_for(active_charge)
    case = network.open_med(txid=active_charge.txid, end_to_end_id=pix.end_to_end_id, kind="FRAUDE")
    network.decide_med(txid=active_charge.txid, case_id=case, won=False)
    handle_waiting()
    assert not Dispute.objects.exists()
    record_pix(pix)
    Notice.objects.update(next_attempt_at=clock.now())
    handle_waiting()
    assert Dispute.objects.get().status == "LOST"
    assert Refund.objects.get().nature == "MED_FRAUDE"
    assert_books_are_right()
