"""What merchants do when something did not arrive: a test, one message again, a window of messages again."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from core import clock, wakeups
from core.actor import Actor
from core.errors import InvalidParameters, Violation
from webhooks import promises, queries
from webhooks.actions.changes import change_of
from webhooks.actions.endpoints import WRITE, locked
from webhooks.errors import MessageForgotten, WebhookDeleted
from webhooks.events import SEND, TEST, Message, delivery_of, publish
from webhooks.models import Delivery, Endpoint, Event
from webhooks.states import DeliveryStatus, Trigger

BATCH = 1000


@transaction.atomic
def send_test(*, actor: Actor, endpoint_id: str) -> Delivery:
    """Sends a message of type TEST, once, also to an endpoint that is not active."""
    endpoint = locked(endpoint_id, actor=actor)
    fields = {"webhookId": endpoint.endpoint_id, "createdAt": clock.text(clock.now())}
    event = publish(change_of(endpoint, "tested"), actor=actor, message=Message(TEST, fields))
    delivery = delivery_of(event, endpoint)
    delivery.next_attempt_at, delivery.asked_at, delivery.asked_by = None, clock.now(), Trigger.MANUAL
    Delivery.objects.bulk_create([delivery])
    wakeups.after_commit(SEND)
    return delivery


@transaction.atomic
def resend(*, actor: Actor, delivery_id: str) -> Delivery:
    """One more attempt, now: the same id and bytes with a new timestamp. It schedules nothing more and works while
    the endpoint is disabled. Raises MessageForgotten and WebhookDeleted."""
    require(actor, WRITE)
    delivery = queries.delivery_of(actor, delivery_id)
    if delivery.event.body is None:
        raise MessageForgotten
    if delivery.endpoint.deleted_at is not None:
        raise WebhookDeleted
    Delivery.objects.filter(pk=delivery.pk).update(asked_at=clock.now(), asked_by=Trigger.MANUAL)
    wakeups.after_commit(SEND)
    return delivery


@transaction.atomic
def recover(
    *, actor: Actor, endpoint_id: str, since: datetime, until: datetime | None = None, everything: bool = False
) -> int:
    """Sends again what a window's messages did not reach the endpoint, also those from before it existed or while it
    was not active; `everything` sends what was delivered too. How many deliveries that are.

    Raises InvalidParameters for a window that begins more than 30 days ago: the bytes are gone.
    """
    endpoint = locked(endpoint_id, actor=actor)
    moment = clock.now()
    until = until or moment
    if since < moment - promises.BODIES_KEPT:
        raise InvalidParameters(Violation("since", _("must lie within the last 30 days")))
    if until < since:
        raise InvalidParameters(Violation("until", _("must not be before since")))
    messages = queries.messages_between(endpoint, since, until)
    known = Delivery.objects.filter(endpoint=endpoint, event__in=messages)
    wanted = known if everything else known.filter(status__in=(DeliveryStatus.PENDING, DeliveryStatus.FAILED))
    asked = wanted.update(asked_at=moment, asked_by=Trigger.RECOVERY)
    asked += _add_missing(endpoint, messages.exclude(deliveries__endpoint=endpoint))
    if asked:
        wakeups.after_commit(SEND)
    return asked


def _add_missing(endpoint: Endpoint, events: QuerySet[Event]) -> int:
    """Deliveries of messages for which none was queued. For an active endpoint they follow the schedule."""
    added = 0
    for ids in _batches(list(events.order_by("pk").values_list("pk", flat=True))):
        rows = [_recovered(event, endpoint) for event in Event.objects.filter(pk__in=ids).defer("body", "facts")]
        added += len(Delivery.objects.bulk_create(rows))
    return added


def _recovered(event: Event, endpoint: Endpoint) -> Delivery:
    delivery = delivery_of(event, endpoint)
    delivery.asked_at, delivery.asked_by = clock.now(), Trigger.RECOVERY
    return delivery


def _batches(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
