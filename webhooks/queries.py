"""Reads of the outbox."""

from django.db.models import QuerySet

from core.actor import Actor
from webhooks.models import Event


def events_of(actor: Actor, *, object_type: str, object_id: str) -> QuerySet[Event]:
    """The timeline of one object, newest first."""
    rows = Event.objects.filter(client_id=actor.client_id, object_type=object_type, object_id=object_id)
    return rows.order_by("-id")
