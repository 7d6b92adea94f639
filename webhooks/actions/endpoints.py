"""Making, changing, switching and deleting endpoints, and their secrets."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Client
from accounts.permissions import Fine, Module, fine, require
from core import clock, outbound
from core.actor import Actor
from core.errors import NotFound, Violation
from core.ids import random_id
from webhooks import promises, signing
from webhooks.actions import health
from webhooks.actions.changes import change_of, record
from webhooks.errors import TooManyWebhooks, WebhookAddressRefused
from webhooks.events import publish
from webhooks.models import ENDPOINT_ID_LENGTH, Endpoint
from webhooks.states import ENDPOINT_TRANSITIONS, EndpointStatus

WRITE = fine(Module.WEBHOOK, Fine.WRITE)


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """What a client says about an endpoint. Made by `checked`, so that no address is saved that was not looked at."""

    url: str
    event_type: str
    active: bool = True
    description: str = ""
    include_lifecycle: bool = False

    @classmethod
    def checked(cls, *, url: str, **fields: object) -> "EndpointDraft":
        """Asks the name server, so it runs before any transaction. Raises WebhookAddressRefused."""
        try:
            outbound.check_url(url, settings.WEBHOOK_ALLOWED_NETWORKS)
        except outbound.AddressRefused as refused:
            raise WebhookAddressRefused(Violation("url", refused.reason), reason=refused.reason) from refused
        return cls(url=url, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint with its new secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


@transaction.atomic
def create_endpoint(*, actor: Actor, draft: EndpointDraft) -> Issued:
    """Raises TooManyWebhooks above 20 for a client, whose lock makes the count hold."""
    require(actor, WRITE)
    Client.objects.select_for_update(no_key=True).get(pk=actor.client_id)
    if Endpoint.objects.filter(client_id=actor.client_id, deleted_at=None).count() >= promises.MOST_ENDPOINTS:
        raise TooManyWebhooks(most=promises.MOST_ENDPOINTS)
    secret, moment = signing.new_secret(), clock.now()
    endpoint = Endpoint.objects.create(
        client_id=actor.client_id,
        endpoint_id=random_id("wh_", ENDPOINT_ID_LENGTH),
        url=draft.url,
        event_type=draft.event_type,
        description=draft.description,
        include_lifecycle=draft.include_lifecycle,
        status=EndpointStatus.ACTIVE if draft.active else EndpointStatus.INACTIVE,
        secret=signing.seal(secret),
        created_by=actor.name,
        created_at=moment,
        updated_at=moment,
    )
    publish(change_of(endpoint, "created"), actor=actor)
    return Issued(endpoint, secret)


@transaction.atomic
def change_endpoint(*, actor: Actor, endpoint_id: str, draft: EndpointDraft) -> Endpoint:
    """Puts the draft in the place of what was."""
    endpoint = locked(endpoint_id, actor=actor)
    endpoint.url, endpoint.event_type = draft.url, draft.event_type
    endpoint.description, endpoint.include_lifecycle = draft.description, draft.include_lifecycle
    _switch(endpoint, active=draft.active)
    fields = ("url", "event_type", "description", "include_lifecycle", "status", "failing_since")
    record(endpoint, "changed", actor=actor, fields=fields)
    return endpoint


@transaction.atomic
def switch_endpoint(*, actor: Actor, endpoint_id: str, active: bool) -> Endpoint:
    """On or off. One that is on again gets what waited for it, and five days to answer."""
    endpoint = locked(endpoint_id, actor=actor)
    _switch(endpoint, active=active)
    name = "activated" if active else "deactivated"
    record(endpoint, name, actor=actor, fields=("status", "failing_since"))
    return endpoint


@transaction.atomic
def delete_endpoint(*, actor: Actor, endpoint_id: str) -> Endpoint:
    """For good; what waits is cancelled, and the log stays."""
    endpoint = locked(endpoint_id, actor=actor)
    endpoint.deleted_at = clock.now()
    record(endpoint, "deleted", actor=actor, fields=("deleted_at",))
    health.cancel(endpoint)
    return endpoint


@transaction.atomic
def rotate_secret(*, actor: Actor, endpoint_id: str) -> Issued:
    """A new secret; the one before it signs too for 24 hours. One that is older ends at once."""
    endpoint = locked(endpoint_id, actor=actor)
    secret = signing.new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, old_secret_ends()
    endpoint.secret = signing.seal(secret)
    record(endpoint, "secret_rotated", actor=actor, fields=("secret", "old_secret", "old_secret_until"))
    return Issued(endpoint, secret)


def old_secret_ends() -> datetime:
    return clock.now() + promises.OLD_SECRET_SIGNS_FOR


def locked(endpoint_id: str, *, actor: Actor) -> Endpoint:
    """The client's endpoint under its lock. Raises NotFound."""
    require(actor, WRITE)
    rows = Endpoint.objects.select_for_update(no_key=True).filter(client_id=actor.client_id, deleted_at=None)
    endpoint = rows.filter(endpoint_id=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    return endpoint


def _switch(endpoint: Endpoint, *, active: bool) -> None:
    """One that we disabled and that a person leaves switched off becomes INACTIVE."""
    wanted = EndpointStatus.ACTIVE if active else EndpointStatus.INACTIVE
    if wanted not in ENDPOINT_TRANSITIONS[EndpointStatus(endpoint.status)]:
        return
    endpoint.status = wanted
    if active:
        endpoint.failing_since = None
        health.unpark(endpoint)
    else:
        health.park(endpoint)
