"""The outbox: what happened, written in the transaction in which it happened; who is told; and every attempt to."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Least

from core.actor import Channel
from core.audit import track, transitions
from core.rows import OftenWritten
from webhooks.signing import unseal
from webhooks.states import (
    DELIVERY_TRANSITIONS,
    ENDPOINT_TRANSITIONS,
    DeliveryStatus,
    EndpointStatus,
    Reason,
    Trigger,
)

DELIVERY_ID_LENGTH = 24
ENDPOINT_ID_LENGTH = 20
EVENT_ID_LENGTH = 31


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class Event(OftenWritten):
    """One change of one object. The timeline and the live updates read every event; those with a `message_type`
    are also told to merchants, with exactly the bytes of `body` (API.md 7), which are kept for 30 days."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    event_id = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    object_type = models.CharField(max_length=20)
    object_id = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    facts = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=[(channel.value, channel.value) for channel in Channel])
    x_transaction_id = models.UUIDField(null=True)
    message_type = models.CharField(max_length=40, blank=True, default="")
    user_reference = models.CharField(max_length=100, blank=True, default="")
    lifecycle = models.BooleanField(default=False)
    body = models.BinaryField(null=True)
    # Rows are numbered when they are written and seen when they commit. Who reads on from the last event must read in
    # an order in which nothing appears behind it (`webhooks.queries.settled`).
    written_in = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["event_id"], name="event_id_once"),
            models.CheckConstraint(condition=~Q(message_type="") | Q(body=None), name="only_a_message_has_bytes"),
        ]
        indexes = [
            models.Index(fields=["client", "object_type", "object_id", "id"], name="events_of_an_object"),
            models.Index(fields=["client", "id"], name="messages_of_a_client", condition=~Q(message_type="")),
            models.Index(
                fields=["client", "written_in", "id"], name="messages_as_committed", condition=~Q(message_type="")
            ),
            models.Index(fields=["created_at"], name="bodies_by_age", condition=Q(body__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.object_id}"


@track(exclude=["secret", "old_secret"])
class Endpoint(models.Model):
    """An address of a client that is told about one type of event. Deleted ones stay for the log of deliveries."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    endpoint_id = models.CharField(max_length=ENDPOINT_ID_LENGTH, unique=True)
    url = models.CharField(max_length=2048)
    event_type = models.CharField(max_length=40)
    description = models.CharField(max_length=140, blank=True)
    include_lifecycle = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=EndpointStatus.choices, default=EndpointStatus.ACTIVE)
    secret = models.BinaryField()
    old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["client", "event_type"], name="endpoints_to_tell", condition=Q(status="ACTIVE", deleted_at=None)
            ),
            models.Index(fields=["failing_since"], name="endpoints_failing", condition=Q(failing_since__isnull=False)),
        ]
        triggers = [transitions("status", ENDPOINT_TRANSITIONS)]

    def __str__(self) -> str:
        return self.url

    def keys_at(self, moment: datetime) -> list[str]:
        """The secrets that sign now, the newest first."""
        rotating = self.old_secret is not None and self.old_secret_until is not None and moment < self.old_secret_until
        sealed = [self.secret, self.old_secret] if rotating else [self.secret]
        return [unseal(bytes(each)) for each in sealed if each is not None]


class Delivery(OftenWritten):
    """One message on its way to one endpoint.

    `next_attempt_at` is the schedule's, `asked_at` is for a resend, which neither uses up an attempt nor moves the
    schedule; the database keeps `due_at`, the earlier one. `failures` counts the failed attempts of the schedule,
    `attempts` numbers all. A worker that sends holds the row until `lease_until`.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    delivery_id = models.CharField(max_length=DELIVERY_ID_LENGTH)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    status = models.CharField(max_length=9, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=9, choices=Trigger.choices, blank=True, default="")
    due_at = models.GeneratedField(
        expression=Least("next_attempt_at", "asked_at"), output_field=models.DateTimeField(null=True), db_persist=True
    )
    lease_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["delivery_id"], name="delivery_id_once"),
            models.UniqueConstraint(fields=["event", "endpoint"], name="a_message_once_for_each_endpoint"),
            models.CheckConstraint(
                condition=Q(next_attempt_at=None) | Q(status=DeliveryStatus.PENDING),
                name="only_what_waits_is_scheduled",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], name="deliveries_due", condition=Q(due_at__isnull=False)),
            models.Index(
                "client", models.F("created_at").desc(), models.F("id").desc(), name="deliveries_newest_first"
            ),
            models.Index(
                "endpoint", models.F("created_at").desc(), models.F("id").desc(), name="deliveries_of_an_endpoint"
            ),
        ]
        triggers = [transitions("status", DELIVERY_TRANSITIONS)]

    def __str__(self) -> str:
        return self.delivery_id


class Attempt(models.Model):
    """One call, written before it is made. Without `ended_at` it is under way, or its worker died."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, db_index=False, related_name="attempt_rows")
    number = models.PositiveIntegerField()
    trigger = models.CharField(max_length=9, choices=Trigger.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    signature = models.CharField(max_length=200, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True)
    response_type = models.CharField(max_length=100, blank=True)
    response = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempts_are_numbered")]
        indexes = [models.Index(fields=["started_at"], name="attempts_by_age")]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"


class Notice(models.Model):
    """What we told the client's administrators about an endpoint, once for each reason and unbroken failure."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="notices")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    failing_since = models.DateTimeField()
    created_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "reason", "failing_since"], name="a_warning_is_given_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="notices_to_mail", condition=Q(mailed_at=None))]

    def __str__(self) -> str:
        return f"{self.reason} {self.endpoint_id}"
