"""How an endpoint, a delivery and a message are shown."""

from datetime import datetime
from typing import Any

from core import clock
from core.api.formats import loads
from webhooks.models import Attempt, Delivery, Endpoint, Event
from webhooks.states import EndpointStatus


def moment(at: datetime | None) -> str | None:
    return clock.text(at) if at else None


def webhook_shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.endpoint_id,
        "url": endpoint.url,
        "eventType": endpoint.event_type,
        "active": endpoint.status == EndpointStatus.ACTIVE,
        "status": endpoint.status,
        "description": endpoint.description or None,
        "includeLifecycle": endpoint.include_lifecycle,
        "failingSince": moment(endpoint.failing_since),
        "createdAt": clock.text(endpoint.created_at),
        "updatedAt": clock.text(endpoint.updated_at),
    }


def attempt_shown(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "trigger": attempt.trigger,
        "startedAt": clock.text(attempt.started_at),
        "endedAt": moment(attempt.ended_at),
        "statusCode": attempt.status_code,
        "durationMs": attempt.duration_ms,
        "error": attempt.error or None,
        "response": attempt.response or None,
    }


def result_shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "deliveryId": delivery.delivery_id,
        "eventId": delivery.event.event_id,
        "webhookId": delivery.endpoint.endpoint_id,
        "eventType": delivery.event.message_type,
        "objectId": delivery.event.object_id,
        "userReference": delivery.event.user_reference or None,
        "status": delivery.status,
        "createdAt": clock.text(delivery.created_at),
        "deliveredAt": moment(delivery.delivered_at),
        "nextAttemptAt": moment(delivery.due_at),
        "attempts": [attempt_shown(attempt) for attempt in delivery.attempt_rows.all()],
    }


def event_shown(event: Event) -> dict[str, Any]:
    body = loads(bytes(event.body or b"{}"))
    return {"eventId": event.event_id, "createdAt": clock.text(event.created_at), **body}
