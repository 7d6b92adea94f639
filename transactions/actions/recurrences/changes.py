"""The one way in which a recurrence and its schedules change: under the recurrence's lock, which comes before any
order's, with a new version and its event."""

from itertools import islice

from django.db.models import Max

from accounts.permissions import Module
from core import clock
from core.actor import Actor
from core.ids import random_id
from transactions.messages import recurring_message
from transactions.models import CardPayment, Recurrence, Schedule
from transactions.recurring import KEPT_AHEAD, days
from transactions.states import (
    RECURRENCE_TRANSITIONS,
    SCHEDULE_TRANSITIONS,
    Frequency,
    RecurrenceStatus,
    RecurrenceType,
    ScheduleStatus,
    moved,
)
from webhooks.events import Change, publish

ID_LENGTH = 32


def locked(recurrence: Recurrence) -> Recurrence:
    rows = Recurrence.objects.select_for_update(of=("self",)).select_related("client", "contract")
    return rows.get(pk=recurrence.pk)


def plan(recurrence: Recurrence, until: int) -> None:
    """Schedules up to that number, after those there are."""
    last = recurrence.schedules.aggregate(last=Max("number"))["last"] or 0
    dates = islice(days(recurrence.starts_on, Frequency(recurrence.frequency)), last, until)
    moment = clock.now()
    Schedule.objects.bulk_create(
        Schedule(
            client_id=recurrence.client_id,
            recurrence=recurrence,
            schedule_id=random_id("sch_", ID_LENGTH),
            number=number,
            on=day,
            amount=recurrence.amount,
            due_at=clock.day_start(day, recurrence.client.zone),
            updated_at=moment,
        )
        for number, day in enumerate(dates, start=last + 1)
    )


def go_on(recurrence: Recurrence, *, actor: Actor) -> None:
    """Plans what is missing, or ends a recurrence of which every charge is settled."""
    if recurrence.status != RecurrenceStatus.ACTIVE:
        return
    ahead = recurrence.schedules.filter(status=ScheduleStatus.SCHEDULED).count()
    if recurrence.type == RecurrenceType.INDETERMINATE:
        last = recurrence.schedules.aggregate(last=Max("number"))["last"]
        plan(recurrence, last + KEPT_AHEAD - ahead)
    elif not ahead:
        end(recurrence, RecurrenceStatus.FINISHED, actor=actor)


def end(recurrence: Recurrence, status: RecurrenceStatus, *, actor: Actor, reason: str = "") -> None:
    """Ends a recurrence under its lock, and every open charge with it, except one that is under way."""
    recurrence.status = moved(RECURRENCE_TRANSITIONS, RecurrenceStatus(recurrence.status), status)
    recurrence.reason, recurrence.ended_at = reason, clock.now()
    for schedule in recurrence.schedules.filter(status=ScheduleStatus.SCHEDULED, is_charging=False):
        move(schedule, ScheduleStatus.CANCELLED)
    announce(recurrence, "ended", actor=actor)


def move(schedule: Schedule, status: ScheduleStatus) -> None:
    schedule.status = moved(SCHEDULE_TRANSITIONS, ScheduleStatus(schedule.status), status)
    schedule.is_charging, schedule.due_at, schedule.updated_at = False, None, clock.now()
    schedule.save(update_fields=["status", "attempts", "return_code", "is_charging", "due_at", "updated_at"])


def announce(
    recurrence: Recurrence,
    name: str,
    *,
    actor: Actor,
    schedule: Schedule | None = None,
    payment: CardPayment | None = None,
) -> None:
    """Saves the recurrence with a new version and publishes the event; merchants hear of what was paid, what failed,
    and the end."""
    recurrence.version += 1
    recurrence.updated_at = clock.now()
    recurrence.save(update_fields=["status", "reason", "ended_at", "version", "updated_at"])
    change = Change(
        name=f"recurrence.{name}",
        module=Module.CREDIT_CARD.value,
        object_type="recurrence",
        object_id=recurrence.recurrence_id,
        version=recurrence.version,
        facts={"schedule": str(schedule.number)} if schedule else {},
    )
    told = name in ("schedule_paid", "schedule_failed", "ended")
    publish(change, actor=actor, message=recurring_message(recurrence, name, schedule, payment) if told else None)
