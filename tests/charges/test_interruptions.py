"""A process that dies at any point of its work leaves what a repeat, or a task alone, finishes exactly once."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from unittest import mock
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from accounts.models import Client
from charges.actions import outcomes, payments, refunds
from charges.actions.charges import ChargeDraft, cancel_charge, change_charge, create_charge, end
from charges.actions.outcomes import look_up_unknown_outcomes, record_expiries
from charges.actions.refunds import request_refund, send_waiting_refunds
from charges.errors import ChargeNotOpen, ChargeRefused, DebtorDocumentMissing
from charges.models import Charge, Payment, Refund
from charges.states import ChargeStatus, RefundStatus
from core import clock, idempotency
from core.actor import Actor
from core.errors import StillRunning, Unavailable
from core.idempotency import Answer, Claim, KeyedRequest, once, once_in_steps
from core.models import IdempotencyKey
from gateways import notices
from gateways.errors import AlreadyCancelled, GatewayRefused, OutcomeUnknown
from gateways.models import Notice
from gateways.protocols import ChargeOrder, NetworkState
from gateways.sandbox import network
from gateways.sandbox.models import SandboxCharge, SandboxRefund
from gateways.sandbox.pix import SandboxPix
from tests.charges.conftest import keyed, make_charge
from tests.conftest import actor_for
from tests.gateways.seats import every_seat_taken
from tests.racing import at_once
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """Nothing catches it: as if the process had died."""


@contextmanager
def killed(owner: Any, name: str, *, after: bool) -> Iterator[None]:
    """The process dies as it calls `owner.name`: before or after the call has had its effect."""
    really = getattr(owner, name)

    def die(*args: Any, **kwargs: Any) -> None:
        if after:
            really(*args, **kwargs)
        raise Killed

    with pytest.raises(Killed), mock.patch.object(owner, name, die):
        yield


def let_the_leases_pass() -> None:
    """As if a minute had gone by."""
    minute = timedelta(seconds=61)
    IdempotencyKey.objects.update(lease_until=F("lease_until") - minute)
    Charge.objects.update(next_look_up_at=F("next_look_up_at") - minute)
    Refund.objects.update(next_attempt_at=F("next_attempt_at") - minute)


def stored(charge: Charge) -> Answer:
    return Answer(200, f"{charge.txid} {charge.status} {charge.amount}".encode())


# Making, changing and deleting a charge ------------------------------------------------------------------------------

Action = Callable[[Actor, str, Claim[Charge]], Charge]


@dataclass(frozen=True, slots=True)
class Work:
    """An action that asks the network, by which `call`, and what there is once it is done."""

    action: Action
    call: str
    event: str
    status: ChargeStatus
    amount: Decimal


def make(actor: Actor, _txid: str, claim: Claim[Charge]) -> Charge:
    return create_charge(actor=actor, draft=ChargeDraft(amount=Decimal("100.00")), claim=claim)


def change(actor: Actor, txid: str, claim: Claim[Charge]) -> Charge:
    return change_charge(actor=actor, txid=txid, changes={"amount": Decimal("120.00")}, claim=claim)


def delete(actor: Actor, txid: str, claim: Claim[Charge]) -> Charge:
    return cancel_charge(actor=actor, txid=txid, claim=claim)


MAKING = Work(make, "create_charge", "charge.created", ChargeStatus.ACTIVE, Decimal("100.00"))
CHANGING = Work(change, "change_charge", "charge.changed", ChargeStatus.ACTIVE, Decimal("120.00"))
DELETING = Work(delete, "cancel_charge", "charge.cancelled", ChargeStatus.CANCELLED, Decimal("100.00"))


@pytest.fixture(params=[MAKING, CHANGING, DELETING], ids=["making", "changing", "deleting"])
def work(request: pytest.FixtureRequest) -> Work:
    chosen: Work = request.param
    return chosen


@pytest.fixture
def send(operator: Actor, work: Work) -> Callable[[], Answer]:
    """Sends the request; a second call is its repeat."""
    txid = "" if work is MAKING else make_charge(operator).txid
    request = keyed(operator, "/interrupted")
    return lambda: once_in_steps(request, lambda claim: work.action(operator, txid, claim), stored)


@pytest.fixture(params=[False, True], ids=["before the network", "after the network"])
def interrupted(request: pytest.FixtureRequest, work: Work, send: Callable[[], Answer]) -> None:
    with killed(SandboxPix, work.call, after=request.param):
        send()


def assert_done_once(work: Work) -> None:
    charge, known = Charge.objects.get(), SandboxCharge.objects.get()
    assert (charge.status, charge.amount) == (work.status, work.amount)
    assert (known.txid, known.amount) == (charge.txid, charge.amount)
    assert (known.cancelled_at is not None) == (charge.status == ChargeStatus.CANCELLED)
    assert list(Event.objects.values_list("version", flat=True)) == list(range(1, charge.version + 1))
    assert Event.objects.filter(name=work.event).count() == 1
    assert charge.next_look_up_at is None
    assert not IdempotencyKey.objects.filter(status=None).exists()


@pytest.mark.usefixtures("interrupted")
class TestWorkInterrupted:
    def test_holds_its_key_for_the_lease(self, send: Callable[[], Answer]) -> None:
        with pytest.raises(StillRunning):
            send()

    def test_is_finished_once_by_a_repeat_after_the_lease(self, work: Work, send: Callable[[], Answer]) -> None:
        let_the_leases_pass()
        answer = send()
        again = send()
        assert (again.body, again.replayed) == (answer.body, True)
        assert_done_once(work)

    def test_is_made_to_agree_with_the_network_by_the_task_alone(self) -> None:
        let_the_leases_pass()
        look_up_unknown_outcomes()
        charge, known = Charge.objects.get(), SandboxCharge.objects.get()
        assert charge.status != ChargeStatus.CREATED
        assert charge.next_look_up_at is None
        assert charge.amount == known.amount
        assert (charge.status == ChargeStatus.CANCELLED) == (known.cancelled_at is not None)

    def test_is_finished_once_by_a_repeat_after_the_task(self, work: Work, send: Callable[[], Answer]) -> None:
        let_the_leases_pass()
        look_up_unknown_outcomes()
        send()
        assert_done_once(work)

    def test_is_finished_once_by_a_repeat_and_the_task_together(self, work: Work, send: Callable[[], Answer]) -> None:
        let_the_leases_pass()
        at_once(2, lambda position: (send, look_up_unknown_outcomes)[position]())
        let_the_leases_pass()
        look_up_unknown_outcomes()
        assert_done_once(work)


@contextmanager
def meanwhile(call: str, other: Callable[[], object], *, on_the_way_back: bool = False) -> Iterator[None]:
    """Something else happens from beginning to end while the gateway's first call, or its answer, is on its way."""
    really, waiting = getattr(SandboxPix, call), [other]

    def slow(gateway: SandboxPix, *args: Any) -> None:
        if on_the_way_back:
            really(gateway, *args)
        if waiting:
            waiting.pop()()
        if not on_the_way_back:
            really(gateway, *args)

    with mock.patch.object(SandboxPix, call, slow):
        yield


def test_a_request_that_outlives_its_lease_does_nothing_that_its_repeat_has_done(
    work: Work, send: Callable[[], Answer]
) -> None:
    repeated: list[Answer] = []

    def repeat_after_the_lease() -> None:
        let_the_leases_pass()
        repeated.append(send())

    with meanwhile(work.call, repeat_after_the_lease, on_the_way_back=True):
        assert send().body == repeated[0].body
    let_the_leases_pass()
    look_up_unknown_outcomes()
    assert_done_once(work)


def test_two_changes_at_once_cannot_leave_what_neither_alone_could(operator: Actor) -> None:
    charge = make_charge(operator, debtor_document="39053344705", debtor_name="Ana")

    def send(**changes: Any) -> Answer:
        action = partial(change_charge, actor=operator, txid=charge.txid, changes=changes)
        return once_in_steps(keyed(operator), lambda claim: action(claim=claim), stored)

    with (
        meanwhile("change_charge", partial(send, validate_debtor=True), on_the_way_back=True),
        pytest.raises(DebtorDocumentMissing),
    ):
        send(debtor_document="", debtor_name="")
    let_the_leases_pass()
    look_up_unknown_outcomes()
    charge.refresh_from_db()
    assert (charge.validate_debtor, charge.debtor_document) == (True, "39053344705")
    assert SandboxCharge.objects.get().payer_document == "39053344705"


def test_a_charge_that_expires_while_the_network_changes_it_ends_there_too(operator: Actor) -> None:
    charge = make_charge(operator)

    def expire() -> None:
        Charge.objects.update(expires_at=clock.now())
        record_expiries()

    with meanwhile("change_charge", expire, on_the_way_back=True), pytest.raises(ChargeNotOpen):
        once_in_steps(keyed(operator), lambda claim: change(operator, charge.txid, claim), stored)
    let_the_leases_pass()
    look_up_unknown_outcomes()
    assert Charge.objects.get().next_look_up_at is None
    assert SandboxCharge.objects.get().cancelled_at is not None


class TestOneThatCannotBeBroughtUpToDate:
    """It holds up no other, however many there are."""

    @pytest.fixture(autouse=True)
    def charges(self, operator: Actor, monkeypatch: pytest.MonkeyPatch) -> list[Charge]:
        monkeypatch.setattr(outcomes, "BATCH", 2)
        return [make_charge(operator) for _charge in range(5)]

    def test_at_its_end(self, charges: list[Charge], monkeypatch: pytest.MonkeyPatch) -> None:
        Charge.objects.update(expires_at=clock.now())
        really = end

        def fail_for_the_first(charge: Charge, *args: Any, **facts: Any) -> None:
            if charge.pk == charges[0].pk:
                raise ValueError
            really(charge, *args, **facts)

        monkeypatch.setattr(outcomes, "end", fail_for_the_first)
        record_expiries()
        assert Charge.objects.filter(status=ChargeStatus.EXPIRED).count() == 4

    def test_when_the_network_is_asked(self, charges: list[Charge], monkeypatch: pytest.MonkeyPatch) -> None:
        Charge.objects.update(next_look_up_at=clock.now())
        really = SandboxPix.look_up_charge

        def fail_for_the_first(gateway: SandboxPix, txid: str) -> NetworkState | None:
            if txid == charges[0].txid:
                raise KeyError("what an adapter did not expect")
            return really(gateway, txid)

        monkeypatch.setattr(SandboxPix, "look_up_charge", fail_for_the_first)
        look_up_unknown_outcomes()
        assert Charge.objects.filter(next_look_up_at=None).count() == 4


class TestATaskThatLooksUpWhile:
    """The task asks about a change that died; before its word arrives, something else happens to the charge."""

    @pytest.fixture
    def work(self) -> Work:
        return CHANGING

    @pytest.fixture(autouse=True)
    def died(self, work: Work, send: Callable[[], Answer]) -> None:
        with killed(SandboxPix, work.call, after=False):
            send()
        let_the_leases_pass()

    def test_the_change_is_repeated_tells_the_network_again_what_holds(self, send: Callable[[], Answer]) -> None:
        with meanwhile("change_charge", send):
            look_up_unknown_outcomes()
        look_up_unknown_outcomes()
        assert_done_once(CHANGING)

    def test_the_charge_is_paid_does_not_take_it_for_deleted_until_the_notice_comes(self) -> None:
        with meanwhile("change_charge", lambda: SandboxCharge.objects.update(paid_at=clock.now())):
            look_up_unknown_outcomes()
        pay_at_the_network(Charge.objects.get())
        assert Charge.objects.get().status == ChargeStatus.PAID
        assert not Event.objects.filter(name="charge.cancelled").exists()


@pytest.mark.parametrize(
    "silence", [OutcomeUnknown(), GatewayRefused("too many questions")], ids=["silent", "refusing"]
)
def test_a_deletion_is_finished_although_the_network_could_not_be_asked_at_its_first_repeat(
    operator: Actor, silence: Exception
) -> None:
    charge, request = make_charge(operator), keyed(operator, "/interrupted")

    def send() -> Answer:
        return once_in_steps(request, lambda claim: delete(operator, charge.txid, claim), stored)

    with killed(SandboxPix, "cancel_charge", after=True):
        send()
    let_the_leases_pass()
    with mock.patch.object(SandboxPix, "look_up_charge", side_effect=silence), pytest.raises(Unavailable):
        send()
    look_up_unknown_outcomes()
    assert Charge.objects.get().status == ChargeStatus.CANCELLED


def test_who_deletes_what_somebody_else_just_deleted_hears_that_it_is_not_open(operator: Actor) -> None:
    charge = make_charge(operator)

    def cancelled_by_another(gateway: SandboxPix, txid: str) -> None:
        SandboxCharge.objects.update(cancelled_at=clock.now())
        raise AlreadyCancelled("already cancelled")

    with mock.patch.object(SandboxPix, "cancel_charge", cancelled_by_another), pytest.raises(ChargeNotOpen) as refused:
        once_in_steps(keyed(operator), lambda claim: delete(operator, charge.txid, claim), stored)
    assert "already" not in str(refused.value)
    look_up_unknown_outcomes()
    assert Charge.objects.get().status == ChargeStatus.CANCELLED


def test_a_charge_that_expires_while_the_network_refuses_it_stays_expired(operator: Actor) -> None:
    def refuse_late(_gateway: SandboxPix, order: ChargeOrder) -> None:
        Charge.objects.update(expires_at=clock.now())
        record_expiries()
        raise GatewayRefused("unknown key")

    with mock.patch.object(SandboxPix, "create_charge", refuse_late), pytest.raises(ChargeRefused):
        once_in_steps(keyed(operator), lambda claim: make(operator, "", claim), stored)
    charge = Charge.objects.get()
    assert (charge.status, charge.failure, charge.next_look_up_at) == (ChargeStatus.EXPIRED, "unknown key", None)
    assert not IdempotencyKey.objects.exists()


def test_while_every_seat_is_taken_a_look_up_stays_due(operator: Actor) -> None:
    with killed(SandboxPix, "create_charge", after=True):
        once_in_steps(keyed(operator), lambda claim: make(operator, "", claim), stored)
    let_the_leases_pass()
    before = Charge.objects.get().next_look_up_at
    with every_seat_taken():
        look_up_unknown_outcomes()
    assert Charge.objects.get().next_look_up_at == before


def test_a_pix_for_a_charge_whose_creation_died_is_told_after_the_creation(operator: Actor) -> None:
    request = keyed(operator)
    with killed(SandboxPix, "create_charge", after=True):
        once_in_steps(request, lambda claim: make(operator, "", claim), stored)
    pay_at_the_network(Charge.objects.get())
    let_the_leases_pass()
    once_in_steps(request, lambda claim: make(operator, "", claim), stored)
    assert list(Event.objects.values_list("name", "version")) == [("charge.created", 1), ("charge.paid", 2)]


def test_a_pix_that_goes_back_before_its_charge_was_created_leaves_no_version_out(operator: Actor) -> None:
    with killed(SandboxPix, "create_charge", after=True):
        once_in_steps(keyed(operator), lambda claim: make(operator, "", claim), stored)
    pay_at_the_network(Charge.objects.get(), amount=Decimal("1.00"))
    let_the_leases_pass()
    look_up_unknown_outcomes()
    names = ["charge.created", "charge.pix_not_accepted", "charge.refund_requested"]
    assert list(Event.objects.values_list("name", "version")) == list(zip(names, (1, 2, 3), strict=True))


def pay_at_the_network(charge: Charge, amount: Decimal | None = None) -> None:
    network.pay(
        txid=charge.txid, amount=amount or charge.amount, payer_document="", payer_name="", settled_at=clock.now()
    )


def test_a_process_that_dies_before_it_could_answer_has_its_answer_kept(operator: Actor, work: Work) -> None:
    txid = "" if work is MAKING else make_charge(operator).txid
    request = keyed(operator, "/interrupted")

    def act_and_die(claim: Claim[Charge]) -> None:
        work.action(operator, txid, claim)
        raise Killed

    with pytest.raises(Killed):
        once_in_steps(request, act_and_die, stored)
    answer = once_in_steps(request, lambda claim: work.action(operator, txid, claim), stored)
    assert answer.replayed
    assert answer.body == stored(Charge.objects.get()).body
    assert_done_once(work)


def make_and_exit(client: int, key: str) -> None:
    """Runs in a process of its own, which ends without a word once the network has the charge."""
    really = SandboxPix.create_charge

    def exit_afterwards(gateway: SandboxPix, order: ChargeOrder) -> None:
        really(gateway, order)
        os._exit(9)

    mock.patch.object(SandboxPix, "create_charge", exit_afterwards).start()
    actor = actor_for(Client.objects.get(pk=client))
    once_in_steps(making_request(client, key), lambda claim: make(actor, "", claim), stored)


def making_request(client: int, key: str) -> KeyedRequest:
    return KeyedRequest(client, "POST", "/interrupted", uuid.UUID(key), b"body")


def test_a_process_that_really_ends_leaves_a_claim_that_a_repeat_finishes(operator: Actor, shop: Client) -> None:
    key = str(uuid.uuid4())
    script = "import django; django.setup(); from tests.charges.test_interruptions import make_and_exit as work; work"
    died = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"{script}({shop.pk}, {key!r})"],
        env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
        cwd=settings.BASE_DIR,
        check=False,
    )
    assert died.returncode == 9
    assert Charge.objects.get().status == ChargeStatus.CREATED
    let_the_leases_pass()
    once_in_steps(making_request(shop.pk, key), lambda claim: make(operator, "", claim), stored)
    assert_done_once(MAKING)


def address_of_the_test_database() -> str:
    facts = connection.settings_dict
    return f"postgres://{facts['USER']}:{quote(facts['PASSWORD'])}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


# Refunds -------------------------------------------------------------------------------------------------------------


def test_a_refund_interrupted_before_its_one_commit_was_never_asked_for(operator: Actor, paid_charge: Charge) -> None:
    request, before = keyed(operator), Event.objects.count()

    def ask() -> Refund:
        return request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("30.00"))

    def send() -> Answer:
        return once(request, ask, lambda refund: Answer(201, refund.refund_id.encode()))

    with killed(idempotency, "_store", after=True):
        send()
    assert (Refund.objects.count(), Event.objects.count()) == (0, before)
    assert send().body.decode() == Refund.objects.get().refund_id


def settle_at_the_network() -> None:
    SandboxRefund.objects.filter(due_at__isnull=False).update(due_at=clock.now())
    network.run_due()


class TestARefundInterrupted:
    @pytest.fixture
    def refund(self, operator: Actor, paid_charge: Charge) -> Refund:
        return request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("30.00"))

    @pytest.fixture(autouse=True, params=[False, True], ids=["before it was sent", "after it was sent"])
    def interrupted(self, request: pytest.FixtureRequest, refund: Refund) -> None:
        with killed(SandboxPix, "send_refund", after=request.param):
            send_waiting_refunds()

    def test_is_left_alone_for_the_lease(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[Any] = []
        monkeypatch.setattr(SandboxPix, "send_refund", sent.append)
        send_waiting_refunds()
        assert sent == []

    def test_is_returned_once_after_the_lease(self, refund: Refund) -> None:
        let_the_leases_pass()
        send_waiting_refunds()
        settle_at_the_network()
        let_the_leases_pass()
        send_waiting_refunds()
        refund.refresh_from_db()
        assert (refund.status, SandboxRefund.objects.count()) == (RefundStatus.COMPLETED, 1)
        assert Event.objects.filter(name="charge.refund_completed").count() == 1


# Notices -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True], ids=["before it is handled", "before it is marked as handled"])
class TestANoticeInterrupted:
    def test_of_a_pix_pays_the_charge_once(self, active_charge: Charge, after: bool) -> None:
        with killed(payments, "record_pix", after=after):
            pay_at_the_network(active_charge)
        assert Notice.objects.get().handled_at is None
        notices.handle_waiting()
        notices.handle_waiting()
        active_charge.refresh_from_db()
        assert (active_charge.status, Payment.objects.count()) == (ChargeStatus.PAID, 1)
        assert Event.objects.filter(name="charge.paid").count() == 1

    def test_of_a_refund_ends_it_once(self, operator: Actor, paid_charge: Charge, after: bool) -> None:
        refund = request_refund(actor=operator, txid=paid_charge.txid, amount=Decimal("30.00"))
        send_waiting_refunds()
        with killed(refunds, "settle_refund", after=after):
            settle_at_the_network()
        refund.refresh_from_db()
        assert refund.status == RefundStatus.PROCESSING
        notices.handle_waiting()
        notices.handle_waiting()
        refund.refresh_from_db()
        assert refund.status == RefundStatus.COMPLETED
        assert Event.objects.filter(name="charge.refund_completed").count() == 1
