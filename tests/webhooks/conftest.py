"""Endpoints, messages and a local https receiver with a throw-away authority."""

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from core.actor import Actor
from tests.core.receiver import Authority, Behaviour, Receiver, replying, serving
from webhooks.actions import delivery, endpoints
from webhooks.actions.endpoints import EndpointDraft, Issued
from webhooks.events import Change, Message, publish
from webhooks.models import Endpoint, Event
from webhooks.sending import Call, Engine, Outcome

TYPE = "PIX_QR_INBOUND"
Serve = Callable[[Behaviour], AbstractContextManager[Receiver]]
OK = replying("HTTP/1.1 200 OK\nContent-Length: 2", b"ok")


@pytest.fixture
def developer(settings: Settings, authority: Authority) -> None:
    """A developer's own machine: loopback is allowed, and its authority trusted."""
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_CA_FILE = str(authority.file)


@pytest.fixture
def receiver(developer: None, server: ssl.SSLContext) -> Iterator[Receiver]:
    with serving(server, OK) as running:
        yield running


@pytest.fixture
def receiving(developer: None, server: ssl.SSLContext) -> Serve:
    """A receiver that behaves as told."""
    return lambda behave: serving(server, behave)


def make_endpoint(actor: Actor, url: str = "https://receiver.example.com/hook", **fields: Any) -> Issued:
    draft = EndpointDraft(**{"url": url, "event_type": TYPE, **fields})
    return endpoints.create_endpoint(actor=actor, draft=draft)


def tell(actor: Actor, *, lifecycle: bool = False, **fields: Any) -> Event:
    """Publishes a message about some object."""
    change = Change("charge.paid", "CHARGES", "charge", fields.get("txid", uuid4().hex), version=2)
    return publish(change, actor=actor, message=Message(TYPE, {"txid": change.object_id, **fields}, lifecycle))


def webhook_ids(actor: Actor) -> dict[str, str]:
    """An endpoint, a message and its delivery, as addresses name them."""
    endpoint, event = make_endpoint(actor).endpoint, tell(actor)
    delivery_id = event.deliveries.get().delivery_id
    return {"endpoint_id": endpoint.endpoint_id, "event_id": event.event_id, "delivery_id": delivery_id}


def run_engine(threads: int = 8) -> None:
    Engine(delivery.Desk(), threads).run()


def claim_all() -> list[Call]:
    return delivery.claim(free=100, busy=Counter())


def outcome(call: Call, status: int | None = 200, **facts: Any) -> Outcome:
    usual: dict[str, Any] = {"ended_at": None, "signature": "v1,x", "duration_ms": 5, "status_code": status}
    return Outcome(call, **{**usual, **facts})


@pytest.fixture
def endpoint(operator: Actor) -> Endpoint:
    return make_endpoint(operator).endpoint
