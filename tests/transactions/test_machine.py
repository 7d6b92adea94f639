"""Anything that may happen to payments by card, in any order, with processes that die: the books stay right.

Hypothesis chooses the steps; after each one every row is asked (tests/transactions/books.py: I1-I12 of money).
"""

import os
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core import clock
from core.actor import Actor
from core.errors import DomainError
from core.idempotency import LEASE, Answer, KeyedRequest, once_in_steps
from core.money import CENT, with_cents
from gateways.sandbox import acquirer_network
from tests.conftest import actor_for, make_client
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import APPROVED, DECLINED, REVIEWED, TIMES_OUT, card
from transactions.actions import disputes, follow_ups, outcomes, receivables, sales
from transactions.actions.sales import Instrument, SaleDraft
from transactions.models import Dispute, Operation
from transactions.queries.availability import possible
from transactions.queries.orders import with_facts
from transactions.states import Action, OperationType, PaymentType

# The suite repeats the same steps each time; `MACHINE_EXAMPLES=300` looks for new ones.
EXAMPLES = os.environ.get("MACHINE_EXAMPLES")
AMOUNTS = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)
DRAFTS = st.one_of(
    st.builds(SaleDraft, amount=AMOUNTS, capture=st.booleans()),
    st.builds(
        SaleDraft,
        amount=AMOUNTS,
        capture=st.booleans(),
        installments=st.integers(2, 12),
        payment_type=st.just(PaymentType.MERCHANT),
    ),
)
CARDS = st.sampled_from([APPROVED, APPROVED, APPROVED, DECLINED, TIMES_OUT, REVIEWED])
PARTS = st.sampled_from([None, None, Decimal("0.3"), Decimal("0.5"), Decimal("1.01")])
FOLLOW_UPS = [Action.CAPTURE, Action.REVERSAL, Action.CANCEL, Action.REFUND, Action.REBUILD]
DEATHS = st.sampled_from([None, None, None, "before asking", "after asking"])


class Died(Exception):
    """A process was killed."""


def dies(*args: Any, **kwargs: Any) -> Any:
    raise Died


class Payments(RuleBasedStateMachine):
    patch: pytest.MonkeyPatch
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world._from_testcase = True  # type: ignore[attr-defined]
        self.world.__enter__()
        self.moment = timezone.now()
        self.patch.setattr(timezone, "now", lambda: self.moment)
        self.actor: Actor = actor_for(make_client(f"loja{uuid.uuid4().hex[:8]}", "11222333000181"))

    def teardown(self) -> None:
        self.seen.update(Operation.objects.values_list("type", flat=True))
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @rule(draft=DRAFTS, number=CARDS, kept=st.booleans(), death=DEATHS)
    def pay(self, draft: SaleDraft, number: str, kept: bool, death: str | None) -> None:
        instrument = Instrument(card=card(number), keep_for="customer-1" if kept else "")
        self.do(lambda claim: sales.pay(actor=self.actor, draft=draft, instrument=instrument, claim=claim), death)

    @rule(data=st.data(), part=PARTS, death=DEATHS)
    def follow(self, data: st.DataObject, part: Decimal | None, death: str | None) -> None:
        """What is offered, in whole or in part; beyond what is offered too."""
        offers = [
            (operation, offer)
            for operation in with_facts(Operation.objects.order_by("pk"))
            for offer in possible(operation, clock.now())
            if offer.action in FOLLOW_UPS
        ]
        if offers:
            operation, offer = data.draw(st.sampled_from(offers))
            amount = None if part is None else max(CENT, with_cents(offer.largest * part))
            self.follow_up(operation, offer.action, amount, death)

    @rule(data=st.data(), action=st.sampled_from(FOLLOW_UPS), amount=st.none() | AMOUNTS)
    def ask_for_anything(self, data: st.DataObject, action: Action, amount: Decimal | None) -> None:
        operation = self.any_of(data, Operation.objects.all())
        if operation is not None:
            self.follow_up(operation, action, amount, None)

    @rule(data=st.data(), amount=st.none() | AMOUNTS)
    def a_person_records_a_chargeback(self, data: st.DataObject, amount: Decimal | None) -> None:
        operation = self.any_of(data, Operation.objects.filter(type__in=("DEBIT", "CAPTURE")))
        if operation is not None:
            with suppress(DomainError), transaction.atomic():
                disputes.record_chargeback(actor=self.actor, operation_id=operation.operation_id, amount=amount)

    @rule(data=st.data(), amount=AMOUNTS, twice=st.booleans())
    def a_notice_of_a_chargeback_comes(self, data: st.DataObject, amount: Decimal, twice: bool) -> None:
        operation = self.any_of(data, Operation.objects.filter(type__in=("DEBIT", "CAPTURE"), result="EXECUTED"))
        if operation is None:
            return
        notice = {
            "operationId": operation.operation_id,
            "caseId": uuid.uuid4().hex,
            "amount": format(min(amount, operation.amount), ".2f"),
            "reasonCode": "10.4",
        }
        for _time in range(1 + twice):
            with suppress(DomainError), transaction.atomic():
                disputes.handle_chargeback_notice(notice)

    @rule(data=st.data(), outcome=st.sampled_from(["won", "lost", "accepted", "contested", "reversed"]))
    def a_dispute_goes_on(self, data: st.DataObject, outcome: str) -> None:
        dispute = self.any_of(data, Dispute.objects.select_related("operation", "notice"))
        if dispute is None:
            return
        notice = {"caseId": dispute.case_id, "operationId": dispute.operation.operation_id, "won": outcome == "won"}
        one = {"actor": self.actor, "dispute_id": dispute.dispute_id}
        with suppress(DomainError), transaction.atomic():
            if outcome == "accepted":
                disputes.accept_dispute(**one)
            elif outcome == "contested":
                disputes.contest_dispute(**one, text="Entregue", files=[])
            elif outcome == "reversed" and dispute.notice:
                disputes.reverse_chargeback(actor=self.actor, operation_id=dispute.notice.operation_id)
            elif dispute.case_id:
                disputes.handle_outcome_notice(notice)

    @rule(days=st.sampled_from([0, 0, 1, 8, 31]))
    def time_passes(self, days: int) -> None:
        """All that tasks do meanwhile."""
        self.moment += timedelta(days=days) + LEASE + timedelta(seconds=30)
        acquirer_network.run_due()
        outcomes.look_up_unknown_outcomes()
        outcomes.let_authorizations_lapse()
        disputes.expire_disputes()
        receivables.settle_due()

    @invariant()
    def the_books_are_right(self) -> None:
        assert_books_are_right()

    # How ------------------------------------------------------------------------------------------------------------

    def follow_up(self, operation: Operation, action: Action, amount: Decimal | None, death: str | None) -> None:
        self.do(
            lambda claim: follow_ups.follow_up(
                actor=self.actor, operation_id=operation.operation_id, action=action, amount=amount, claim=claim
            ),
            death,
        )

    def do(self, action: Callable[[Any], object], death: str | None) -> None:
        """Through the idempotency layer, as every door does. Who died is asked again with the same key."""
        request = KeyedRequest(self.actor.client_id, "POST", "/machine", uuid.uuid4(), b"")
        with suppress(DomainError, Died), pytest.MonkeyPatch.context() as fate:
            if death == "before asking":
                fate.setattr(sales, "authorize", dies)
                fate.setattr(follow_ups, "ask", dies)
            elif death == "after asking":
                fate.setattr(sales, "settle_sale", dies)
                fate.setattr(follow_ups, "settle_follow_up", dies)
            once_in_steps(request, action, lambda _made: Answer(201, b""))
        if death:
            self.moment += LEASE + timedelta(seconds=1)
            with suppress(DomainError):
                once_in_steps(request, action, lambda _made: Answer(201, b""))

    def any_of(self, data: st.DataObject, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return data.draw(st.sampled_from(found)) if found else None


@pytest.mark.django_db
def test_the_books_stay_right_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    Payments.patch = monkeypatch
    run_state_machine_as_test(
        Payments,
        settings=settings(
            max_examples=int(EXAMPLES or 12),
            stateful_step_count=30,
            derandomize=EXAMPLES is None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    reached = {OperationType.CAPTURE, OperationType.REVERSAL, OperationType.REFUND, OperationType.CHARGEBACK}
    assert reached <= set(Payments.seen), "the steps no longer reach these operations"
