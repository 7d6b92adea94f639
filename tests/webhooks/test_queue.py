"""What a committed change queues for the endpoints of its client, and what the rows keep to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from accounts.models import Client
from core import clock
from core.actor import Actor
from tests.conftest import actor_for
from tests.webhooks.conftest import TYPE, make_endpoint, tell
from webhooks import promises
from webhooks.actions import endpoints
from webhooks.events import SEND
from webhooks.models import Delivery, Endpoint, Event
from webhooks.states import DeliveryStatus


def test_a_message_is_queued_in_the_transaction_of_its_change(operator: Actor, endpoint: Endpoint) -> None:
    with transaction.atomic():
        tell(operator)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    event = tell(operator)
    row = Delivery.objects.get()
    assert (row.event, row.endpoint, row.status) == (event, endpoint, DeliveryStatus.PENDING)
    assert row.due_at is not None
    assert row.due_at <= clock.now()


def test_only_active_endpoints_of_the_client_that_asked_for_the_type_are_told(
    operator: Actor, endpoint: Endpoint, stranger: Client
) -> None:
    make_endpoint(operator, event_type="PIX_OUTBOUND")
    make_endpoint(operator, active=False)
    make_endpoint(actor_for(stranger))
    gone = make_endpoint(operator).endpoint
    endpoints.delete_endpoint(actor=operator, endpoint_id=gone.endpoint_id)
    tell(operator)
    assert [row.endpoint for row in Delivery.objects.all()] == [endpoint]


def test_ends_of_charges_go_only_to_those_who_asked_for_them(operator: Actor, endpoint: Endpoint) -> None:
    curious = make_endpoint(operator, include_lifecycle=True).endpoint
    tell(operator, lifecycle=True)
    assert [row.endpoint for row in Delivery.objects.all()] == [curious]


def test_a_sender_is_woken_after_the_commit_and_only_when_somebody_is_to_be_told(
    operator: Actor, django_capture_on_commit_callbacks: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **options: woken.append(name))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        tell(operator)
    assert woken == []
    make_endpoint(operator)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        tell(operator)
        assert woken == []
    assert woken == [SEND]


@pytest.mark.parametrize(
    ("before", "after"),
    [("DELIVERED", "PENDING"), ("DELIVERED", "FAILED"), ("CANCELLED", "PENDING"), ("FAILED", "PENDING")],
)
def test_the_database_keeps_the_table_of_transitions(
    operator: Actor, endpoint: Endpoint, before: str, after: str
) -> None:
    tell(operator)
    Delivery.objects.update(status=before, next_attempt_at=None)
    with pytest.raises((InternalError, ProgrammingError), match="Invalid transition"), transaction.atomic():
        Delivery.objects.update(status=after)


def test_a_message_goes_once_to_each_endpoint(operator: Actor, endpoint: Endpoint) -> None:
    event = tell(operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(
            client_id=event.client_id, delivery_id="x", event=event, endpoint=endpoint, created_at=datetime.now(UTC)
        )


def test_the_bytes_are_the_final_ones_and_small(operator: Actor, endpoint: Endpoint) -> None:
    event = tell(operator)
    body = bytes(Event.objects.get(pk=event.pk).body or b"")
    assert json.loads(body)["eventType"] == TYPE
    assert len(body) < promises.LARGEST_MESSAGE
