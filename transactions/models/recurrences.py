"""A card that is charged again and again, and each day on which it is."""

from django.db import models
from django.db.models import F, Q

from core.actor import Channel
from core.audit import track, transitions
from transactions.models.cards import CardPayment, Contract
from transactions.models.orders import reais
from transactions.states import (
    RECURRENCE_TRANSITIONS,
    SCHEDULE_TRANSITIONS,
    Frequency,
    RecurrenceStatus,
    RecurrenceType,
    ScheduleStatus,
)


@track()
class Recurrence(models.Model):
    """`installments` is the number of charges, none when it runs until cancelled. `starts_on` keeps the anchor day: 31
    January, monthly, is 28 February, then 31 March."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    recurrence_id = models.CharField(max_length=36, unique=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="recurrences")
    status = models.CharField(max_length=22, choices=RecurrenceStatus.choices, default=RecurrenceStatus.ACTIVE)
    reason = models.CharField(max_length=30, blank=True)
    type = models.CharField(max_length=13, choices=RecurrenceType.choices)
    frequency = models.CharField(max_length=7, choices=Frequency.choices)
    starts_on = models.DateField()
    installments = models.PositiveSmallIntegerField(null=True)
    amount = reais()
    maximum_failed_attempts = models.PositiveSmallIntegerField(default=3)
    customer_name = models.CharField(max_length=200)
    customer_document = models.CharField(max_length=14)
    description = models.CharField(max_length=140, blank=True)
    user_reference = models.CharField(max_length=77, blank=True)
    version = models.PositiveIntegerField(default=0)  # nothing has been announced yet: nobody sees it
    created_by = models.CharField(max_length=120)
    door = models.CharField(max_length=10, choices=[(channel.value, channel.value) for channel in Channel])
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type=RecurrenceType.LIMITED_TIMES, installments__gte=1)
                | Q(type=RecurrenceType.INDETERMINATE, installments__isnull=True),
                name="recurrence_counts_when_limited",
            ),
            models.CheckConstraint(
                condition=Q(maximum_failed_attempts__range=(1, 12)), name="recurrence_failures_in_range"
            ),
        ]
        indexes = [models.Index("client", F("created_at").desc(), F("id").desc(), name="recurrences_newest_first")]
        triggers = [transitions("status", RECURRENCE_TRANSITIONS)]

    def __str__(self) -> str:
        return self.recurrence_id


@track()
class Schedule(models.Model):
    """One charge of a recurrence. `attempts` were refused so far, `due_at` is when it is looked at next. While one is
    being charged (`is_charging`) that is when somebody asks what became of it."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    recurrence = models.ForeignKey(Recurrence, on_delete=models.PROTECT, related_name="schedules")
    schedule_id = models.CharField(max_length=36, unique=True)
    number = models.PositiveIntegerField()
    on = models.DateField()
    amount = reais()
    status = models.CharField(max_length=9, choices=ScheduleStatus.choices, default=ScheduleStatus.SCHEDULED)
    attempts = models.PositiveSmallIntegerField(default=0)
    payment = models.ForeignKey(CardPayment, on_delete=models.PROTECT, null=True, related_name="schedules")
    return_code = models.CharField(max_length=5, blank=True)
    is_charging = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["recurrence", "number"]
        constraints = [models.UniqueConstraint(fields=["recurrence", "number"], name="a_schedule_once")]
        indexes = [models.Index(fields=["due_at"], name="schedules_due", condition=Q(status=ScheduleStatus.SCHEDULED))]
        triggers = [transitions("status", SCHEDULE_TRANSITIONS)]

    def __str__(self) -> str:
        return self.schedule_id
