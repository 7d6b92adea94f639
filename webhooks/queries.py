"""Reads of the outbox, the endpoints and the log of deliveries, always through the actor's client."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from core import clock
from core.actor import Actor
from core.errors import NotFound
from webhooks.models import Attempt, Delivery, Endpoint, Event
from webhooks.promises import BODIES_KEPT
from webhooks.states import EndpointStatus


def events_of(actor: Actor, *, object_type: str, object_id: str) -> QuerySet[Event]:
    """The timeline of one object, newest first."""
    rows = Event.objects.filter(client_id=actor.client_id, object_type=object_type, object_id=object_id)
    return rows.order_by("-id")


def endpoints_told(event: Event) -> QuerySet[Endpoint]:
    """Who is told about a message, as far as it takes to queue it: unless an endpoint is active, nothing is."""
    rows = Endpoint.objects.filter(
        client_id=event.client_id, event_type=event.message_type, status=EndpointStatus.ACTIVE, deleted_at=None
    )
    rows = rows.only("id", "status")
    return rows.filter(include_lifecycle=True) if event.lifecycle else rows


def endpoints_for(actor: Actor) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(client_id=actor.client_id, deleted_at=None)


def endpoint_of(actor: Actor, endpoint_id: str) -> Endpoint:
    """Raises NotFound: another client's endpoint does not exist, and neither does a deleted one."""
    endpoint = endpoints_for(actor).filter(endpoint_id=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    return endpoint


def deliveries_for(actor: Actor) -> QuerySet[Delivery]:
    """The log, with each delivery's event and endpoint. Those of deleted endpoints stay in it."""
    return Delivery.objects.filter(client_id=actor.client_id).select_related("event", "endpoint")


def with_attempts(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.prefetch_related(Prefetch("attempt_rows", Attempt.objects.order_by("number")))


def delivery_of(actor: Actor, delivery_id: str) -> Delivery:
    """Raises NotFound."""
    delivery = deliveries_for(actor).filter(delivery_id=delivery_id).first()
    if delivery is None:
        raise NotFound
    return delivery


def deliveries_about(actor: Actor, *, object_type: str, object_id: str) -> QuerySet[Delivery]:
    """What was sent for one object, newest first."""
    about = deliveries_for(actor).filter(event__object_type=object_type, event__object_id=object_id)
    return with_attempts(about.order_by("-id"))


def messages_for(actor: Actor) -> QuerySet[Event]:
    """The messages of the last 30 days, whether or not an endpoint existed."""
    since = clock.now() - BODIES_KEPT
    return Event.objects.filter(client_id=actor.client_id, created_at__gte=since, body__isnull=False).exclude(
        message_type=""
    )


def message_of(actor: Actor, event_id: str) -> Event:
    """Raises NotFound."""
    event = messages_for(actor).filter(event_id=event_id).first()
    if event is None:
        raise NotFound
    return event


def messages_after(actor: Actor, event: Event) -> QuerySet[Event]:
    """What came after an event, in an order in which nothing can appear behind what was read: only events of
    transactions that began before every one still open, ordered by transaction."""
    behind = Q(written_in__gt=event.written_in) | Q(written_in=event.written_in, pk__gt=event.pk)
    rows = messages_for(actor).filter(behind, settled()).order_by("written_in", "id")
    return rows.filter(written_in__gte=event.written_in)


def settled() -> Q:
    """Events behind which no other can appear any more; those of the reader's own transaction too."""
    oldest_open = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", ())
    own = RawSQL("pg_current_xact_id_if_assigned()::text::bigint", ())
    return Q(written_in__lt=oldest_open) | Q(written_in=own)


def messages_between(endpoint: Endpoint, since: datetime, until: datetime) -> QuerySet[Event]:
    """What an endpoint was, or would have been, told in a window."""
    rows = Event.objects.filter(
        client_id=endpoint.client_id,
        message_type=endpoint.event_type,
        created_at__gte=since,
        created_at__lte=until,
        body__isnull=False,
    )
    return rows if endpoint.include_lifecycle else rows.filter(lifecycle=False)
