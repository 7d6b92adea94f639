"""A card that is charged again and again, over virtual time."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core import clock
from core.actor import BRASILIA, Actor
from core.idempotency import Answer, once_in_steps
from gateways.protocols import Authorization, CardOutcome, CardState
from gateways.sandbox.cards import SandboxAcquirer
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import APPROVED, DECLINED, card, keyed
from transactions.actions import contracts, outcomes, recurrences, sales
from transactions.actions.recurrences import RecurrenceDraft, cancel_recurrence, cancel_schedule, create_recurrence
from transactions.actions.sales import Instrument
from transactions.errors import CardNotVerified, RecurrenceEnded
from transactions.models import CardPayment, Operation, Order, Recurrence, Schedule
from transactions.queries.contracts import contracts_for, recurrences_for
from transactions.recurring import days
from transactions.states import Frequency, RecurrenceType

pytestmark = pytest.mark.django_db
EXPIRED_SOON = "2027-02"

Travel = Callable[[datetime], None]


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Sets the moment that everybody takes for now; it stands still until the next call."""

    def to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return to


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRASILIA)


def make(
    actor: Actor, number: str = APPROVED, *, validate_card: bool = False, expires: str = "2031-12", **draft: Any
) -> Recurrence:
    made: list[Recurrence] = []

    def render(recurrence: Recurrence) -> Answer:
        made.append(recurrence)
        return Answer(201, b"")

    usual = {
        "type": RecurrenceType.LIMITED_TIMES,
        "frequency": Frequency.MONTHLY,
        "starts_on": clock.today(actor.zone),
        "amount": Decimal("49.90"),
        "installments": 12,
        "customer_name": "Marina Exemplo",
        "customer_document": "39053344705",
    }
    wanted = RecurrenceDraft(**{**usual, **draft})
    instrument = Instrument(card=card(number, expires=expires))
    once_in_steps(
        keyed(actor),
        lambda claim: create_recurrence(
            actor=actor, draft=wanted, instrument=instrument, validate_card=validate_card, claim=claim
        ),
        render,
    )
    return made[0]


def statuses(recurrence: Recurrence) -> list[str]:
    return list(recurrence.schedules.order_by("number").values_list("status", flat=True))


def live_through(travel: Travel, first: datetime, last: datetime) -> None:
    """A tick of the tasks each day."""
    moment = first
    while moment <= last:
        travel(moment)
        outcomes.look_up_unknown_outcomes()
        recurrences.charge_due()
        moment += timedelta(days=1)


def test_the_anchor_day_is_kept_through_short_months() -> None:
    found = days(date(2027, 1, 31), Frequency.MONTHLY)
    assert [next(found) for _ in range(4)] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]
    leap = days(date(2028, 2, 29), Frequency.YEARLY)
    assert [next(leap) for _ in range(2)] == [date(2028, 2, 29), date(2029, 2, 28)]


def test_a_year_of_charges_each_made_once_on_its_day(operator: Actor, travel: Travel) -> None:
    travel(at("2027-01-31T10:00"))
    recurrence = make(operator)
    live_through(travel, at("2027-01-31T12:00"), at("2028-01-05T12:00"))
    recurrence.refresh_from_db()
    assert (recurrence.status, statuses(recurrence)) == ("FINISHED", ["PAID"] * 12)
    payments = CardPayment.objects.filter(origin="RECURRENCE").order_by("created_at")
    charged_on = [each.created_at.astimezone(BRASILIA).date() for each in payments]
    assert charged_on == [schedule.on for schedule in recurrence.schedules.order_by("number")]
    assert_books_are_right()


def test_a_first_charge_that_is_denied_ends_the_recurrence(operator: Actor) -> None:
    recurrence = make(operator, DECLINED)
    assert (recurrence.status, recurrence.reason) == ("CANCELLED", "FIRST_CHARGE_DENIED")
    assert statuses(recurrence) == ["FAILED", *["CANCELLED"] * 11]
    assert recurrence.schedules.get(number=1).return_code == "05"


class Doubting(SandboxAcquirer):
    """Its issuers confirm no card."""

    def verify(self, operation_id: str, card: Any) -> CardOutcome:
        return CardOutcome(CardState.DENIED, "14")


def test_a_bad_card_for_later_is_refused_before_anything_is_planned(operator: Actor, settings: Any) -> None:
    settings.CARD_GATEWAY = f"{__name__}.Doubting"
    with pytest.raises(CardNotVerified):
        make(operator, starts_on=clock.today(operator.zone) + timedelta(days=9))
    assert not Schedule.objects.exists()
    assert not recurrences_for(operator).exists()
    assert not contracts_for(operator).exists()


def test_a_card_for_later_can_be_charged_5_reais_that_are_cancelled(operator: Actor) -> None:
    recurrence = make(operator, validate_card=True, starts_on=clock.today(operator.zone) + timedelta(days=9))
    (payment,) = CardPayment.objects.all()
    assert (payment.amount, payment.status) == (Decimal("5.00"), "CANCELLED")
    assert (recurrence.status, statuses(recurrence)) == ("ACTIVE", ["SCHEDULED"] * 12)
    assert_books_are_right()


class Refusing(SandboxAcquirer):
    """Refuses what is charged without its holder, with the code of the day."""

    code = "51"

    def authorize(self, order: Authorization) -> CardOutcome:
        if order.merchant_initiated:
            return CardOutcome(CardState.DENIED, self.code)
        return super().authorize(order)


@pytest.fixture
def refusing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    settings.CARD_GATEWAY = f"{__name__}.Refusing"

    def refuse(code: str) -> None:
        monkeypatch.setattr(Refusing, "code", code)

    return refuse


def test_a_refused_charge_is_tried_on_days_1_3_and_5_and_three_failures_end_it(
    operator: Actor, travel: Travel, refusing: Callable[[str], None]
) -> None:
    travel(at("2027-03-10T10:00"))
    recurrence = make(operator)
    live_through(travel, at("2027-03-10T12:00"), at("2027-08-01T12:00"))
    recurrence.refresh_from_db()
    assert (recurrence.status, recurrence.reason) == ("DISABLED_BY_FAILURES", "INSUFFICIENT_FUNDS")
    assert statuses(recurrence) == ["PAID", "FAILED", "FAILED", "FAILED", *["CANCELLED"] * 8]
    second = Order.objects.get(order_id=recurrence.schedules.get(number=2).schedule_id)
    tried = [each.created_at.astimezone(BRASILIA).date() for each in second.operations.all()]
    assert tried == [date(2027, 4, 10), date(2027, 4, 11), date(2027, 4, 13), date(2027, 4, 15)]


def test_a_stolen_card_is_never_tried_again(operator: Actor, travel: Travel, refusing: Callable[[str], None]) -> None:
    refusing("43")
    travel(at("2027-03-10T10:00"))
    recurrence = make(operator)
    live_through(travel, at("2027-03-10T12:00"), at("2027-05-20T12:00"))
    recurrence.refresh_from_db()
    assert (recurrence.status, statuses(recurrence)[:2]) == ("DISABLED_BY_FAILURES", ["PAID", "FAILED"])
    assert Operation.objects.count() == 2


def test_a_card_that_has_expired_ends_it(operator: Actor, travel: Travel) -> None:
    travel(at("2027-01-10T10:00"))
    recurrence = make(operator, expires=EXPIRED_SOON)
    live_through(travel, at("2027-01-10T12:00"), at("2027-03-20T12:00"))
    recurrence.refresh_from_db()
    assert (recurrence.status, statuses(recurrence)[:3]) == ("DISABLED_EXPIRED_CARD", ["PAID", "PAID", "CANCELLED"])


def test_one_without_an_end_keeps_twelve_charges_ahead(operator: Actor, travel: Travel) -> None:
    travel(at("2027-01-10T10:00"))
    recurrence = make(operator, type=RecurrenceType.INDETERMINATE, installments=None, frequency=Frequency.WEEKLY)
    live_through(travel, at("2027-01-10T12:00"), at("2027-02-20T12:00"))
    assert statuses(recurrence) == ["PAID"] * 6 + ["SCHEDULED"] * 12


def test_a_worker_that_dies_after_asking_charges_nobody_twice(
    operator: Actor, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(at("2027-01-10T10:00"))
    recurrence = make(operator)
    travel(at("2027-02-10T10:00"))
    with monkeypatch.context() as dying:
        dying.setattr(sales, "settle_sale", dies)
        with pytest.raises(Died):
            recurrences.charge_due()
    assert recurrence.schedules.get(number=2).is_charging
    live_through(travel, at("2027-02-10T10:02"), at("2027-02-11T12:00"))
    assert statuses(recurrence)[:3] == ["PAID", "PAID", "SCHEDULED"]
    assert CardPayment.objects.filter(status="APPROVED").count() == 2
    assert_books_are_right()


class Died(Exception):
    pass


def dies(*args: Any, **kwargs: Any) -> Any:
    raise Died


def test_a_cancelled_charge_moves_no_other_and_the_last_one_ends_it(operator: Actor) -> None:
    recurrence = make(operator, installments=3)
    second, third = recurrence.schedules.order_by("number")[1:]
    for schedule in (second, third):
        cancel_schedule(actor=operator, recurrence_id=recurrence.recurrence_id, schedule_id=schedule.schedule_id)
    recurrence.refresh_from_db()
    assert (recurrence.status, statuses(recurrence)) == ("FINISHED", ["PAID", "CANCELLED", "CANCELLED"])
    with pytest.raises(RecurrenceEnded):
        cancel_recurrence(actor=operator, recurrence_id=recurrence.recurrence_id)


def test_a_deleted_token_ends_what_charges_it_and_is_forgotten(operator: Actor) -> None:
    recurrence = make(operator)
    contract = contracts.delete_token(actor=operator, token=recurrence.contract.token)
    recurrence.refresh_from_db()
    assert (recurrence.status, recurrence.reason) == ("CANCELLED", "CONTRACT_DEACTIVATED")
    contracts.forget_deleted_cards()
    contract.refresh_from_db()
    assert contract.forgotten_at is not None
