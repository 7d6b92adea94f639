"""Every change of an object is published here, in the transaction of the change."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from core import clock, live, wakeups
from core.actor import Actor, Channel
from core.api.formats import dumps
from core.ids import random_id
from webhooks.models import DELIVERY_ID_LENGTH, EVENT_ID_LENGTH, Delivery, Endpoint, Event
from webhooks.queries import endpoints_told
from webhooks.states import EndpointStatus

SEND = "webhooks.tasks.send_due"
TEST = "TEST"


@dataclass(frozen=True, slots=True)
class Message:
    """What merchants are told (API.md 7): a type and a flat body. `lifecycle` messages go only to those who asked."""

    type: str
    fields: dict[str, Any]
    lifecycle: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an object. `facts` are what the timeline shows; amounts in them are texts."""

    name: str
    module: str
    object_type: str
    object_id: str
    version: int
    facts: dict[str, str] = field(default_factory=dict)


def publish(change: Change, *, actor: Actor, message: Message | None = None) -> Event:
    """Writes the event with the final bytes of its message and who is to be told, in the transaction of the change.
    After the commit the open pages and a sender are woken."""
    request_id = caused_by(actor)
    event = Event.objects.create(
        client_id=actor.client_id,
        event_id=random_id("msg_", EVENT_ID_LENGTH),
        name=change.name,
        object_type=change.object_type,
        object_id=change.object_id,
        version=change.version,
        facts=change.facts,
        actor=actor.name,
        channel=actor.channel.value,
        x_transaction_id=request_id,
        message_type=message.type if message else "",
        user_reference=(message.fields.get("userReference") or "") if message else "",
        lifecycle=message.lifecycle if message else False,
        body=body_of(message, change, request_id) if message else None,
        created_at=clock.now(),
    )
    if message and queue(event, list(endpoints_told(event))):
        wakeups.after_commit(SEND)
    live.publish(
        client_id=actor.client_id,
        module=change.module,
        object_type=change.object_type,
        object_id=change.object_id,
        version=change.version,
    )
    return event


def queue(event: Event, endpoints: list[Endpoint]) -> list[Delivery]:
    """The deliveries of a message, due at once."""
    return Delivery.objects.bulk_create(delivery_of(event, endpoint) for endpoint in endpoints)


def delivery_of(event: Event, endpoint: Endpoint) -> Delivery:
    """Due at once, unless the endpoint is not active: then somebody must ask for it."""
    return Delivery(
        client_id=event.client_id,
        delivery_id=random_id("dlv_", DELIVERY_ID_LENGTH),
        event=event,
        endpoint=endpoint,
        next_attempt_at=clock.now() if endpoint.status == EndpointStatus.ACTIVE else None,
        created_at=event.created_at,
    )


def caused_by(actor: Actor) -> UUID | None:
    """The x-transaction-id of the request that caused the change; null for what the system or the network did."""
    return None if actor.channel is Channel.SYSTEM else actor.request_id


def body_of(message: Message, change: Change, request_id: UUID | None) -> bytes:
    fixed = {
        "eventType": message.type,
        "xTransactionId": str(request_id) if request_id else None,
        "version": change.version,
    }
    return dumps({**fixed, **message.fields})


def amount_fact(amount: Decimal) -> str:
    return format(amount, ".2f")
