"""Refunds: held under the lock, sent by a task, settled by the network (STATES.md 2)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Client
from accounts.permissions import Fine, Module
from charges import queries
from charges.actions.refunds import request_refund, send_waiting_refunds, settle_refund
from charges.errors import (
    ChargeNotPaid,
    MerchantRefundIdUsed,
    PixNotOfThisCharge,
    RefundExceedsRemaining,
    RefundWindowClosed,
)
from charges.models import Charge, Payment, Refund
from charges.states import ChargeStatus, RefundStatus
from core import clock
from core.actor import Actor
from core.errors import NotFound, PermissionMissing
from gateways.errors import GatewayRefused, OutcomeUnknown
from gateways.protocols import RefundOrder, RefundOutcome
from gateways.sandbox.models import SandboxRefund
from gateways.sandbox.pix import SandboxPix
from tests.charges.conftest import make_charge, pay
from tests.conftest import actor_for
from tests.gateways.seats import every_seat_taken
from tests.racing import at_once
from transactions.actions.changes import begin
from transactions.states import OperationType
from webhooks.models import Event

COMPLETED = RefundOutcome(completed=True, devolution_end_to_end_id="D" * 32)
FAILED = RefundOutcome(completed=False, reason="AM04")


def refund(actor: Actor, charge: Charge, amount: str = "10.00", **facts: Any) -> Refund:
    return request_refund(actor=actor, txid=charge.txid, amount=Decimal(amount), **facts)


def remaining(charge: Charge) -> Decimal:
    return queries.remaining_of(charge.payments.get())


def test_a_refund_holds_its_amount_at_once_and_leaves_the_charge_paid_until_it_is_completed(
    operator: Actor, paid_charge: Charge
) -> None:
    asked = refund(operator, paid_charge, "30.00")
    assert (asked.status, remaining(paid_charge)) == (RefundStatus.PROCESSING, Decimal("70.00"))
    paid_charge.refresh_from_db()
    assert paid_charge.status == ChargeStatus.PAID
    settle_refund(refund_id=asked.refund_id, outcome=COMPLETED)
    paid_charge.refresh_from_db()
    assert paid_charge.status == ChargeStatus.PARTIALLY_REFUNDED


def test_returning_the_rest_makes_the_charge_refunded(operator: Actor, paid_charge: Charge) -> None:
    for amount in ("40.00", "60.00"):
        settle_refund(refund_id=refund(operator, paid_charge, amount).refund_id, outcome=COMPLETED)
    paid_charge.refresh_from_db()
    assert paid_charge.status == ChargeStatus.REFUNDED
    with pytest.raises(RefundExceedsRemaining):
        refund(operator, paid_charge, "0.01")


def test_a_failed_refund_gives_its_amount_back_and_asks_for_attention(operator: Actor, paid_charge: Charge) -> None:
    asked = refund(operator, paid_charge, "100.00")
    settle_refund(refund_id=asked.refund_id, outcome=FAILED)
    asked.refresh_from_db()
    paid_charge.refresh_from_db()
    assert (asked.status, asked.status_reason) == (RefundStatus.FAILED, "AM04")
    assert remaining(paid_charge) == Decimal("100.00")
    assert paid_charge.needs_attention
    assert paid_charge.status == ChargeStatus.PAID


def test_the_final_word_is_recorded_once_whatever_is_said_later(operator: Actor, paid_charge: Charge) -> None:
    asked = refund(operator, paid_charge)
    settle_refund(refund_id=asked.refund_id, outcome=COMPLETED)
    settle_refund(refund_id=asked.refund_id, outcome=FAILED)
    settle_refund(refund_id=asked.refund_id, outcome=COMPLETED)
    asked.refresh_from_db()
    assert asked.status == RefundStatus.COMPLETED
    assert Event.objects.filter(name="charge.refund_completed").count() == 1


@pytest.mark.parametrize(("second", "is_marked"), [(COMPLETED, False), (FAILED, True)])
def test_a_network_that_contradicts_itself_calls_for_attention(
    operator: Actor, paid_charge: Charge, second: RefundOutcome, is_marked: bool
) -> None:
    asked = refund(operator, paid_charge)
    settle_refund(refund_id=asked.refund_id, outcome=COMPLETED)
    settle_refund(refund_id=asked.refund_id, outcome=second)
    paid_charge.refresh_from_db()
    assert paid_charge.needs_attention is is_marked


def test_the_message_says_what_went_back_and_what_remains(operator: Actor, paid_charge: Charge) -> None:
    asked = refund(operator, paid_charge, "30.00")
    settle_refund(refund_id=asked.refund_id, outcome=COMPLETED)
    body = orjson.loads(bytes(Event.objects.get(name="charge.refund_completed").body or b""))
    told = {name: body[name] for name in ("type", "amount", "status", "refundId", "chargeStatus", "remainingAmount")}
    assert told == {
        "type": "REFUND",
        "amount": 30.0,
        "status": "COMPLETED",
        "refundId": asked.refund_id,
        "chargeStatus": "PARTIALLY REFUNDED",
        "remainingAmount": 70.0,
    }


class TestRefused:
    """Each refusal changes nothing."""

    @pytest.fixture(autouse=True)
    def nothing_changes(self, paid_charge: Charge) -> Any:
        before = (Refund.objects.count(), Event.objects.count(), paid_charge.version)
        yield
        paid_charge.refresh_from_db()
        assert (Refund.objects.count(), Event.objects.count(), paid_charge.version) == before

    def test_more_than_remains(self, operator: Actor, paid_charge: Charge) -> None:
        with pytest.raises(RefundExceedsRemaining):
            refund(operator, paid_charge, "100.01")

    @pytest.mark.parametrize("amount", ["0.00", "-5.00"])
    def test_nothing_and_less(self, operator: Actor, paid_charge: Charge, amount: str) -> None:
        with pytest.raises(RefundExceedsRemaining):
            refund(operator, paid_charge, amount)

    def test_a_charge_that_is_not_paid(self, operator: Actor, paid_charge: Charge) -> None:
        Payment.objects.update(outcome="LATE")
        with pytest.raises(ChargeNotPaid):
            refund(operator, paid_charge)

    def test_a_pix_of_another_charge(self, operator: Actor, paid_charge: Charge) -> None:
        with pytest.raises(PixNotOfThisCharge):
            refund(operator, paid_charge, end_to_end_id="E" + "0" * 31)

    def test_after_ninety_days(self, operator: Actor, paid_charge: Charge) -> None:
        Payment.objects.update(settled_at=clock.now() - timedelta(days=90, seconds=1))
        with pytest.raises(RefundWindowClosed):
            refund(operator, paid_charge)

    def test_another_clients_charge_does_not_exist(self, stranger: Client, paid_charge: Charge) -> None:
        with pytest.raises(NotFound):
            refund(actor_for(stranger), paid_charge)

    def test_without_the_permission(self, shop: Client, paid_charge: Charge) -> None:
        reader = actor_for(shop, Module.CHARGES, withheld=(Fine.REFUND.value,))
        with pytest.raises(PermissionMissing):
            refund(reader, paid_charge)


def test_a_merchants_own_id_is_used_once_and_the_refusal_names_its_owner(operator: Actor, paid_charge: Charge) -> None:
    first = refund(operator, paid_charge, merchant_refund_id="order1")
    with pytest.raises(MerchantRefundIdUsed, match=first.refund_id):
        refund(operator, paid_charge, merchant_refund_id="order1")


@pytest.mark.django_db(transaction=True)
def test_of_refunds_of_two_charges_at_once_one_gets_the_merchants_own_id(operator: Actor) -> None:
    paid = [pay(make_charge(operator)) for _charge in range(2)]

    def ask(position: int) -> str:
        try:
            return refund(operator, paid[position], merchant_refund_id="r1").refund_id
        except MerchantRefundIdUsed:
            return "refused"

    answers = at_once(2, ask)
    assert answers.count("refused") == 1
    assert [each.refund_id for each in Refund.objects.all()] == [each for each in answers if each != "refused"]


def test_a_refund_above_the_clients_limit_waits_and_has_not_left(
    operator: Actor, paid_charge: Charge, shop: Client
) -> None:
    Client.objects.filter(pk=shop.pk).update(refund_approval_above=Decimal("50.00"))
    waiting = refund(operator, paid_charge, "50.01")
    send_waiting_refunds()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.sent_at) == (RefundStatus.PROCESSING, None)
    assert not SandboxRefund.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_refunds_of_7_at_once_on_100_fourteen_succeed(operator: Actor, paid_charge: Charge) -> None:
    def attempt(_position: int) -> str:
        try:
            return refund(operator, paid_charge, "7.00").status
        except RefundExceedsRemaining:
            return "exceeds"

    assert Counter(at_once(50, attempt)) == {"PROCESSING": 14, "exceeds": 36}
    assert sum(each.amount for each in Refund.objects.all()) == Decimal("98.00")
    assert Event.objects.filter(name="charge.refund_requested").count() == 14


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_refunds_beyond_the_pix(operator: Actor, paid_charge: Charge) -> None:
    """The second line of defence, should an action ever forget the lock."""
    kept = refund(operator, paid_charge, "60.00")
    order = kept.operation.order
    operations = [begin(order, OperationType.REFUND, Decimal("30.00"), actor=operator).pk for _ in range(5)]

    def add(position: int) -> bool:
        kept_values = {f.attname: getattr(kept, f.attname) for f in Refund._meta.concrete_fields if f.name != "id"}
        try:
            with transaction.atomic():
                own = {"refund_id": f"ref{position}", "operation_id": operations[position], "amount": Decimal("30.00")}
                Refund.objects.create(**{**kept_values, **own})
        except IntegrityError:
            return False
        return True

    assert sum(at_once(5, add)) == 1


@pytest.mark.django_db(transaction=True)
class TestSending:
    """The gateway is asked by a task; an unknown outcome is looked up, never sent again blindly."""

    def test_a_refund_goes_out_once_although_several_workers_look(self, operator: Actor, paid_charge: Charge) -> None:
        refund(operator, paid_charge)
        at_once(6, lambda _position: send_waiting_refunds())
        assert SandboxRefund.objects.count() == 1

    def test_cents_02_fail_and_others_complete(self, operator: Actor, paid_charge: Charge) -> None:
        from gateways.sandbox import network

        fails, completes, hangs = (refund(operator, paid_charge, text) for text in ("10.02", "10.00", "10.03"))
        send_waiting_refunds()
        SandboxRefund.objects.filter(due_at__isnull=False).update(due_at=clock.now())
        network.run_due()
        statuses = [Refund.objects.get(pk=each.pk).status for each in (fails, completes, hangs)]
        assert statuses == ["FAILED", "COMPLETED", "PROCESSING"]

    def test_while_every_seat_is_taken_a_refund_stays_due(self, operator: Actor, paid_charge: Charge) -> None:
        asked = refund(operator, paid_charge)
        with every_seat_taken():
            send_waiting_refunds()
        asked.refresh_from_db()
        assert (asked.attempts, asked.sent_at) == (0, None)
        send_waiting_refunds()
        assert SandboxRefund.objects.count() == 1

    def test_a_gateway_that_refuses_to_say_has_not_refused_the_refund(
        self, operator: Actor, paid_charge: Charge, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_asked: Any) -> None:
            raise GatewayRefused("too many questions")

        asked = refund(operator, paid_charge)
        send_waiting_refunds()
        Refund.objects.update(next_attempt_at=clock.now())
        monkeypatch.setattr(SandboxPix, "look_up_refund", refuse)
        send_waiting_refunds()
        asked.refresh_from_db()
        assert (asked.status, asked.attempts) == (RefundStatus.PROCESSING, 2)

    def test_a_refund_that_nobody_knows_of_is_asked_about_after_1_5_and_15_minutes_then_hourly(
        self, operator: Actor, paid_charge: Charge
    ) -> None:
        asked = refund(operator, paid_charge, "10.03")
        waits = []
        for _attempt in range(5):
            Refund.objects.update(next_attempt_at=clock.now())
            send_waiting_refunds()
            asked.refresh_from_db()
            assert asked.next_attempt_at is not None
            waits.append(round((asked.next_attempt_at - clock.now()) / timedelta(minutes=1)))
        assert waits == [1, 5, 15, 60, 60]

    def test_a_refund_unknown_for_a_day_asks_for_attention_and_is_asked_about_hourly(
        self, operator: Actor, paid_charge: Charge
    ) -> None:
        asked = refund(operator, paid_charge, "10.03")
        yesterday = clock.now() - timedelta(hours=25)
        Refund.objects.update(created_at=yesterday, attempts=4)
        send_waiting_refunds()
        asked.refresh_from_db()
        paid_charge.refresh_from_db()
        assert paid_charge.needs_attention
        assert asked.next_attempt_at is not None
        assert asked.next_attempt_at > clock.now() + timedelta(minutes=59)

    def test_a_lost_answer_is_looked_up_and_not_sent_again(
        self, operator: Actor, paid_charge: Charge, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked, sent = refund(operator, paid_charge), []
        really_send = SandboxPix.send_refund

        def send_and_lose_the_answer(gateway: SandboxPix, order: RefundOrder) -> RefundOutcome:
            sent.append(order)
            really_send(gateway, order)
            raise OutcomeUnknown

        monkeypatch.setattr(SandboxPix, "send_refund", send_and_lose_the_answer)
        send_waiting_refunds()
        asked.refresh_from_db()
        assert asked.status == RefundStatus.PROCESSING
        assert asked.next_attempt_at is not None
        assert timedelta(seconds=50) < asked.next_attempt_at - clock.now() <= timedelta(minutes=1)
        SandboxRefund.objects.update(outcome="COMPLETED", settled_at=clock.now())
        Refund.objects.update(next_attempt_at=clock.now())
        send_waiting_refunds()
        asked.refresh_from_db()
        assert (asked.status, len(sent)) == (RefundStatus.COMPLETED, 1)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(1, 6000), st.sampled_from([None, COMPLETED, FAILED])), max_size=12))
def test_whatever_happens_no_more_goes_back_than_came(steps: list[tuple[int, RefundOutcome | None]]) -> None:
    """Refunds of any amounts with any outcomes: what is held and returned never exceeds the Pix."""
    client = Client.objects.filter(document="11222333000181").first() or make_shop()
    operator = actor_for(client)
    charge = pay(make_charge(operator))
    for cents, outcome in steps:
        try:
            asked = refund(operator, charge, str(Decimal(cents) / 100))
        except RefundExceedsRemaining:
            assert Decimal(cents) / 100 > remaining(charge)
            continue
        if outcome:
            settle_refund(refund_id=asked.refund_id, outcome=replace(outcome))
    charge.refresh_from_db()
    returned = queries.returned_of(charge.payments.get())
    assert Decimal(0) <= remaining(charge) <= charge.amount
    expected = {Decimal(0): "PAID", charge.amount: "REFUNDED"}.get(returned, "PARTIALLY REFUNDED")
    assert charge.status == expected


def make_shop() -> Client:
    from tests.conftest import make_client

    return make_client("loja", "11222333000181")
