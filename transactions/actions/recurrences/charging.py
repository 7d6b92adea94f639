"""Charging what is due: each schedule is an order that can be paid once, whatever dies in between."""

from datetime import timedelta
from itertools import takewhile

from django.db import transaction

from accounts.queries import system
from core import cards as card_rules
from core import clock
from core.actor import Actor
from core.cards import Brand, Card
from core.idempotency import LEASE
from gateways import abecs, calls, retries
from gateways.errors import GatewayBusy
from gateways.protocols import CardGateway
from transactions.actions import sales
from transactions.actions.recurrences.changes import announce, end, go_on, locked, move
from transactions.actions.sales import Instrument, SaleDraft
from transactions.models import CardPayment, Recurrence, Schedule
from transactions.recurring import RETRIES
from transactions.states import CardStatus, OperationChannel, RecurrenceStatus, ScheduleStatus

ORIGIN = "RECURRENCE"
A_MINUTE, A_DAY, MONTH = timedelta(minutes=1), timedelta(days=1), timedelta(days=30)
UNDECIDED = (CardStatus.PENDING, CardStatus.UNDER_REVIEW)


def charge_due() -> None:
    """Charges what is due and writes down what has become of earlier charges. Several workers may run it at once."""
    while (schedule := _lease_next()) is not None:
        try:
            with calls.cards() as gateway:
                charge(gateway, schedule, actor=system(schedule.recurrence.client))
        except GatewayBusy:
            return  # the row's own time comes again


def charge(
    gateway: CardGateway, schedule: Schedule, *, actor: Actor, card: Card | None = None, is_first: bool = False
) -> None:
    """Makes one charge, or concludes one that is under way. `card` is the card as it was typed, if it just was."""
    payment = _begin(schedule, actor=actor, is_first=is_first)
    if payment is None:
        return
    outcome = None
    if payment.status == CardStatus.PENDING and payment.operation.look_ups == 0:
        outcome = sales.authorize(gateway, payment, card or sales.kept_card_of(payment), repeated=not is_first)
    with transaction.atomic():
        recurrence = locked(schedule.recurrence)
        payment = sales.settle_sale(payment, outcome, actor=actor)
        schedule = recurrence.schedules.get(pk=schedule.pk)
        _conclude(recurrence, schedule, payment, actor=actor, is_first=is_first)


def _lease_next() -> Schedule | None:
    """The next schedule to look at, its time moved ahead so that nobody else takes it."""
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recurrence__client")
            .filter(status=ScheduleStatus.SCHEDULED, due_at__lte=clock.now(), recurrence__client__is_active=True)
            .order_by("due_at", "id")
            .first()
        )
        if schedule is not None:
            schedule.due_at = clock.now() + LEASE
            schedule.save(update_fields=["due_at"])
        return schedule


def _begin(schedule: Schedule, *, actor: Actor, is_first: bool) -> CardPayment | None:
    """The payment of this charge: reserved now, or the one that is under way. None when there is none to make."""
    with transaction.atomic():
        recurrence = locked(schedule.recurrence)
        schedule = recurrence.schedules.select_related("payment__operation", "payment__contract").get(pk=schedule.pk)
        if schedule.status != ScheduleStatus.SCHEDULED:
            return None
        if schedule.is_charging:
            return schedule.payment
        if recurrence.status != RecurrenceStatus.ACTIVE or not _may_charge(recurrence, schedule, actor=actor):
            return None
        schedule.payment = sales.reserve_sale(
            actor=actor,
            draft=_sale_of(recurrence, schedule),
            instrument=Instrument(contract=recurrence.contract),
            channel=OperationChannel.ECOMMERCE if is_first else OperationChannel.BACKOFFICE,
        )
        schedule.is_charging, schedule.due_at = True, clock.now() + LEASE
        schedule.save(update_fields=["payment", "is_charging", "due_at"])
        return schedule.payment


def _sale_of(recurrence: Recurrence, schedule: Schedule) -> SaleDraft:
    """The order is the schedule: it can be paid once, whatever dies in between."""
    return SaleDraft(
        amount=schedule.amount,
        order_id=schedule.schedule_id,
        customer_name=recurrence.customer_name,
        customer_document=recurrence.customer_document,
        description=recurrence.description,
        user_reference=recurrence.user_reference,
        origin=ORIGIN,
    )


def _may_charge(recurrence: Recurrence, schedule: Schedule, *, actor: Actor) -> bool:
    """Whether the card is good and its brand lets it be tried once more (Visa and Mastercard count attempts)."""
    contract = recurrence.contract
    if card_rules.has_expired(contract.expires, clock.today(recurrence.client.zone)):
        end(recurrence, RecurrenceStatus.DISABLED_EXPIRED_CARD, reason="CARD_EXPIRED", actor=actor)
        return False
    tried = CardPayment.objects.filter(contract=contract, amount=schedule.amount, status=CardStatus.DENIED)
    moments = tried.filter(created_at__gte=clock.now() - MONTH).values_list("created_at", flat=True)
    if retries.may_try(Brand(contract.brand), moments, clock.now()):
        return True
    schedule.due_at = clock.now() + A_DAY
    schedule.save(update_fields=["due_at"])
    return False


def _conclude(
    recurrence: Recurrence, schedule: Schedule, payment: CardPayment, *, actor: Actor, is_first: bool
) -> None:
    """What became of a charge, under the recurrence's lock. One that is unknown is asked for again in a minute."""
    if schedule.status != ScheduleStatus.SCHEDULED or not schedule.is_charging:
        return
    schedule.return_code = payment.operation.return_code
    if payment.status in UNDECIDED:
        schedule.due_at = clock.now() + A_MINUTE
        schedule.save(update_fields=["return_code", "due_at"])
    elif payment.status == CardStatus.DENIED:
        _refused(recurrence, schedule, payment, actor=actor, is_first=is_first)
    else:
        move(schedule, ScheduleStatus.PAID)
        announce(recurrence, "schedule_paid", actor=actor, schedule=schedule, payment=payment)
        go_on(recurrence, actor=actor)


def _refused(recurrence: Recurrence, schedule: Schedule, payment: CardPayment, *, actor: Actor, is_first: bool) -> None:
    """Tried again on days +1, +3 and +5 while the code allows; then FAILED (API.md 6.6)."""
    meaning = abecs.meaning(payment.brand, schedule.return_code)
    schedule.attempts += 1
    is_over = recurrence.status != RecurrenceStatus.ACTIVE
    may_retry = meaning.retry_allowed and schedule.attempts <= len(RETRIES) and not is_first
    if may_retry and not is_over:
        day = schedule.on + RETRIES[schedule.attempts - 1]
        schedule.is_charging, schedule.updated_at = False, clock.now()
        schedule.due_at = max(clock.day_start(day, recurrence.client.zone), clock.now())
        schedule.save(update_fields=["attempts", "return_code", "is_charging", "due_at", "updated_at"])
        return
    move(schedule, ScheduleStatus.CANCELLED if is_over and may_retry else ScheduleStatus.FAILED)
    announce(recurrence, "schedule_failed", actor=actor, schedule=schedule, payment=payment)
    if is_over:
        return
    if is_first:
        end(recurrence, RecurrenceStatus.CANCELLED, reason="FIRST_CHARGE_DENIED", actor=actor)
    elif meaning.ends_recurrence or failed_in_a_row(recurrence) >= recurrence.maximum_failed_attempts:
        end(recurrence, RecurrenceStatus.DISABLED_BY_FAILURES, reason=meaning.reason, actor=actor)
    else:
        go_on(recurrence, actor=actor)


def failed_in_a_row(recurrence: Recurrence) -> int:
    """How many of the last decided charges failed, one after another."""
    decided = recurrence.schedules.filter(status__in=(ScheduleStatus.PAID, ScheduleStatus.FAILED))
    statuses = decided.order_by("-number").values_list("status", flat=True)
    return sum(1 for _each in takewhile(lambda status: status == ScheduleStatus.FAILED, statuses))
