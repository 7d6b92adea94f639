"""The one way in which an endpoint changes: with a new version and its event."""

from accounts.permissions import Module
from core import clock
from core.actor import Actor
from webhooks.events import Change, publish
from webhooks.models import Endpoint

OBJECT_TYPE = "webhook"


def record(
    endpoint: Endpoint,
    name: str,
    *,
    actor: Actor,
    fields: tuple[str, ...] = (),
    facts: dict[str, str] | None = None,
) -> None:
    """Saves the named fields with a new version and publishes the event, in the caller's transaction."""
    endpoint.version += 1
    endpoint.updated_at = clock.now()
    endpoint.save(update_fields=[*fields, "version", "updated_at"])
    publish(change_of(endpoint, name, facts), actor=actor)


def change_of(endpoint: Endpoint, name: str, facts: dict[str, str] | None = None) -> Change:
    return Change(
        name=f"webhook.{name}",
        module=Module.WEBHOOK.value,
        object_type=OBJECT_TYPE,
        object_id=endpoint.endpoint_id,
        version=endpoint.version,
        facts=facts or {},
    )
