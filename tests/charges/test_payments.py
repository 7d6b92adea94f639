"""What a Pix that arrives does to its charge (API.md 6.1, STATES.md 1)."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest

from charges.actions.charges import cancel_charge
from charges.actions.outcomes import record_expiries
from charges.actions.payments import record_pix
from charges.actions.refunds import send_waiting_refunds, settle_refund
from charges.models import Charge, Payment, Refund
from charges.states import ChargeStatus, PaymentOutcome, RefundStatus
from core import clock
from core.actor import Actor
from core.idempotency import Answer, Claim, once_in_steps
from gateways import notices
from gateways.models import Notice
from gateways.protocols import RefundOutcome
from gateways.sandbox.models import SandboxCharge
from gateways.tasks import run_sandbox
from tests.charges.conftest import keyed, make_charge, pay, pix_for
from webhooks.models import Event


def cancel(actor: Actor, charge: Charge) -> None:
    def action(claim: Claim[Charge]) -> Charge:
        return cancel_charge(actor=actor, txid=charge.txid, claim=claim)

    once_in_steps(keyed(actor), action, lambda _charge: Answer(200, b""))


def messages_of(charge: Charge) -> list[dict[str, object]]:
    events = Event.objects.filter(object_id=charge.txid).exclude(message_type="")
    return [orjson.loads(bytes(event.body or b"")) for event in events]


def make_older(charge: Charge, **ago: float) -> None:
    """Moves the whole charge into the past."""
    step = timedelta(**ago)
    Charge.objects.filter(pk=charge.pk).update(created_at=charge.created_at - step, expires_at=charge.expires_at - step)
    charge.refresh_from_db()


def test_a_pix_of_the_right_amount_pays_the_charge_and_tells_the_merchant(active_charge: Charge) -> None:
    pay(active_charge)
    assert active_charge.status == ChargeStatus.PAID
    (message,) = messages_of(active_charge)
    assert message["type"] == "PAYMENT"
    assert message["status"] == "PAID"
    assert message["xTransactionId"] is None


def test_the_same_pix_told_twice_is_recorded_once(active_charge: Charge) -> None:
    pix = pix_for(active_charge)
    assert record_pix(pix) is not None
    assert record_pix(pix) is None
    assert Payment.objects.count() == 1
    assert len(messages_of(active_charge)) == 1


def test_a_pix_settled_before_the_end_pays_although_its_notice_comes_after_expiry(active_charge: Charge) -> None:
    make_older(active_charge, hours=2)
    record_expiries()
    pay(active_charge, settled_at=active_charge.expires_at - timedelta(milliseconds=1))
    assert active_charge.status == ChargeStatus.PAID


def test_a_pix_settled_before_the_deletion_pays_although_its_notice_comes_after(
    operator: Actor, active_charge: Charge
) -> None:
    before = clock.now()
    cancel(operator, active_charge)
    pay(active_charge, settled_at=before)
    assert active_charge.status == ChargeStatus.PAID


@pytest.mark.parametrize("recorded", [True, False], ids=["expiry recorded", "expiry only by the clock"])
def test_a_pix_after_the_end_goes_back_in_full(active_charge: Charge, recorded: bool) -> None:
    make_older(active_charge, hours=2)
    if recorded:
        record_expiries()
    pay(active_charge, settled_at=clock.now())
    payment, refund = active_charge.payments.get(), active_charge.refunds.get()
    assert payment.outcome == PaymentOutcome.LATE
    assert (refund.amount, refund.status) == (active_charge.amount, RefundStatus.PROCESSING)
    assert active_charge.current_status is ChargeStatus.EXPIRED
    assert active_charge.needs_attention


@pytest.mark.parametrize("amount", ["99.99", "100.01"])
def test_another_amount_goes_back_and_leaves_the_charge_active(active_charge: Charge, amount: str) -> None:
    pay(active_charge, amount=Decimal(amount))
    assert active_charge.status == ChargeStatus.ACTIVE
    assert active_charge.payments.get().outcome == PaymentOutcome.AMOUNT_MISMATCH
    assert active_charge.refunds.get().amount == Decimal(amount)


def test_only_its_debtor_may_pay_a_charge_that_says_so(operator: Actor) -> None:
    charge = make_charge(operator, debtor_document="39053344705", validate_debtor=True)
    pay(charge, payer_document="12345678909")
    assert charge.status == ChargeStatus.ACTIVE
    assert charge.payments.get().outcome == PaymentOutcome.DEBTOR_MISMATCH
    pay(charge, payer_document="39053344705")
    assert charge.status == ChargeStatus.PAID


def test_a_second_pix_goes_back_and_the_first_stays(paid_charge: Charge) -> None:
    pay(paid_charge)
    assert paid_charge.status == ChargeStatus.PAID
    assert [payment.outcome for payment in paid_charge.payments.all()] == ["ACCEPTED", "ALREADY_PAID"]
    assert Refund.objects.get().payment.outcome == PaymentOutcome.ALREADY_PAID


def test_a_pix_that_did_not_pay_is_told_once_after_its_return_and_never_as_a_payment(active_charge: Charge) -> None:
    pay(active_charge, amount=Decimal("1.00"))
    assert messages_of(active_charge) == []
    send_waiting_refunds()
    refund = active_charge.refunds.get()
    settle_refund(refund_id=refund.refund_id, outcome=RefundOutcome(True, "D" * 32, settled_at=clock.now()))
    (message,) = messages_of(active_charge)
    assert (message["type"], message["reason"], message["chargeStatus"]) == ("REFUND", "AMOUNT_MISMATCH", "ACTIVE")


def test_a_charge_is_expired_from_the_moment_its_end_passes(active_charge: Charge) -> None:
    make_older(active_charge, seconds=3599)
    assert active_charge.status_at(active_charge.expires_at - clock.MILLISECOND) is ChargeStatus.ACTIVE
    assert active_charge.status_at(active_charge.expires_at) is ChargeStatus.EXPIRED


def test_expiry_is_told_once_and_only_to_those_who_asked_for_the_lifecycle(active_charge: Charge) -> None:
    make_older(active_charge, hours=2)
    record_expiries()
    record_expiries()
    event = Event.objects.get(object_id=active_charge.txid, name="charge.expired")
    assert event.lifecycle
    assert event.message_type == "PIX_QR_INBOUND"


@pytest.mark.django_db(transaction=True)
def test_cents_01_are_paid_by_the_sandbox_and_others_are_not(operator: Actor) -> None:
    paid_by_itself, waits = (make_charge(operator, amount=Decimal(text)) for text in ("10.01", "10.11"))
    SandboxCharge.objects.filter(pay_at__isnull=False).update(pay_at=clock.now())
    run_sandbox()
    paid_by_itself.refresh_from_db()
    waits.refresh_from_db()
    assert (paid_by_itself.status, waits.status) == (ChargeStatus.PAID, ChargeStatus.ACTIVE)


@pytest.mark.django_db(transaction=True)
def test_a_one_second_charge_of_cents_01_is_paid_before_its_end(operator: Actor) -> None:
    charge = make_charge(operator, amount=Decimal("10.01"), expiration=1)
    pay_at = SandboxCharge.objects.get(txid=charge.txid).pay_at
    assert pay_at is not None
    assert charge.created_at < pay_at < charge.expires_at


@pytest.mark.django_db(transaction=True)
def test_a_notice_whose_handling_failed_is_kept_and_handled_later(
    active_charge: Charge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_payload: object) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setitem(notices._handlers, "pix.received", broken)
        notices.receive(gateway="sandbox", kind="pix.received", external_id="E1", payload=_payload(active_charge))
    assert Notice.objects.get().handled_at is None
    Notice.objects.update(next_attempt_at=clock.now())
    notices.handle_waiting()
    active_charge.refresh_from_db()
    assert active_charge.status == ChargeStatus.PAID


def _payload(charge: Charge) -> dict[str, object]:
    pix = pix_for(charge)
    return {
        "txid": pix.txid,
        "endToEndId": pix.end_to_end_id,
        "amount": str(pix.amount),
        "payer": {"document": pix.payer_document, "name": pix.payer_name},
        "settledAt": clock.text(pix.settled_at),
    }
