"""The call to a receiver, and what every kind of answer does to the schedule (API.md 7.4)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from standardwebhooks import Webhook

from core import clock, live, outbound, valkey
from core.actor import Actor
from tests.core.receiver import Receiver, dripping, replying, silent
from tests.webhooks.conftest import Serve, claim_all, make_endpoint, outcome, run_engine, tell
from webhooks import promises
from webhooks.actions import delivery, endpoints
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.states import DeliveryStatus, EndpointStatus
from webhooks.tasks import send_due

Facts = dict[str, object]


def head_of(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines)}


def make_due(row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(next_attempt_at=clock.now(), lease_until=None)


# The call -------------------------------------------------------------------------------------------------------------


def test_the_official_library_accepts_what_arrives_and_the_bytes_are_those_stored(
    operator: Actor, receiver: Receiver
) -> None:
    issued = make_endpoint(operator, receiver.url("/pix?shop=1"))
    event = tell(operator, name="São João")
    run_engine()
    head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /pix?shop=1 HTTP/1.1")
    assert body == bytes(event.body or b"")
    headers = head_of(receiver.requests[0])
    assert headers["webhook-id"] == event.event_id
    assert headers["content-type"] == "application/json"
    assert Webhook(issued.secret).verify(body, headers) == json.loads(body)


def test_what_was_sent_and_answered_is_written_down(operator: Actor, receiver: Receiver) -> None:
    make_endpoint(operator, receiver.url())
    tell(operator)
    run_engine()
    row, attempt = Delivery.objects.get(), Attempt.objects.get()
    assert (row.status, row.due_at, row.lease_until) == (DeliveryStatus.DELIVERED, None, None)
    assert (attempt.number, attempt.trigger, attempt.status_code, attempt.response) == (1, "AUTOMATIC", 200, "ok")
    assert (attempt.address, attempt.error) == ("127.0.0.1", "")
    assert attempt.duration_ms is not None
    assert attempt.ended_at is not None
    assert attempt.signature == head_of(receiver.requests[0])["webhook-signature"]


def test_a_worker_writes_down_what_came_while_it_records_the_history(operator: Actor, receiver: Receiver) -> None:
    made = make_endpoint(operator, receiver.url())
    tell(operator)
    send_due()
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED
    assert Attempt.objects.get().status_code == 200
    made.endpoint.refresh_from_db()
    assert made.endpoint.failing_since is None


def test_both_secrets_sign_for_a_day_after_a_rotation(operator: Actor, receiver: Receiver) -> None:
    old = make_endpoint(operator, receiver.url())
    new = endpoints.rotate_secret(actor=operator, endpoint_id=old.endpoint.endpoint_id)
    tell(operator)
    run_engine()
    headers, body = head_of(receiver.requests[0]), receiver.requests[0].partition(b"\r\n\r\n")[2]
    for secret in (old.secret, new.secret):
        Webhook(secret).verify(body, headers)
    assert len(new.endpoint.keys_at(clock.now() + timedelta(hours=23, minutes=59))) == 2
    assert new.endpoint.keys_at(clock.now() + timedelta(hours=24, seconds=1)) == [new.secret]


def test_a_retry_keeps_id_and_bytes_and_has_a_fresh_timestamp(
    operator: Actor, receiving: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter((1_900_000_000.0, 1_900_000_300.0))
    with receiving(replying("HTTP/1.1 500 Oops\nContent-Length: 0")) as receiver:
        make_endpoint(operator, receiver.url())
        tell(operator)
        monkeypatch.setattr("webhooks.sending.time.time", lambda: next(moments))
        for _attempt in range(2):
            run_engine()
            make_due(Delivery.objects.get())
    first, second = (head_of(request) for request in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] != second["webhook-signature"]
    assert receiver.requests[0].partition(b"\r\n\r\n")[2] == receiver.requests[1].partition(b"\r\n\r\n")[2]


@pytest.mark.django_db(transaction=True)
def test_the_attempt_is_written_down_before_the_call_and_no_transaction_is_open_during_it(
    operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def request(*args: object, **options: object) -> outbound.Answer:
        outbound.refuse_inside_transaction()
        seen.append(Attempt.objects.filter(ended_at=None).count())
        connection.close()
        raise outbound.NoAnswer(outbound.Failure.UNREACHABLE)

    monkeypatch.setattr("webhooks.sending.outbound.request", request)
    make_endpoint(operator)
    tell(operator)
    run_engine()
    assert seen == [1]


# What comes of it -----------------------------------------------------------------------------------------------------


BAD_MANNERS = [
    pytest.param(replying("HTTP/1.1 500 Oops\nContent-Length: 4", b"oops"), (500, ""), id="500"),
    pytest.param(replying("HTTP/1.1 302 Found\nLocation: https://localhost/\nContent-Length: 0"), (302, ""), id="302"),
    pytest.param(replying("HTTP/1.1 404 Not Found\nContent-Length: 0"), (404, ""), id="404"),
    pytest.param(lambda connection, stopped: None, (None, "CLOSED_EARLY"), id="closes early"),
    pytest.param(replying("HTTP/1.1 200 OK\nContent-Length: 9", b"ok"), (None, "CLOSED_EARLY"), id="closes in between"),
    pytest.param(replying("hello"), (None, "NOT_HTTP"), id="not HTTP"),
    pytest.param(silent, (None, "TIMED_OUT"), id="hangs"),
    pytest.param(dripping(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"), (None, "TIMED_OUT"), id="drips"),
]


@pytest.mark.parametrize(("behave", "came"), BAD_MANNERS)
def test_anything_but_2xx_in_time_is_a_failure_that_is_tried_again(
    operator: Actor,
    receiving: Serve,
    monkeypatch: pytest.MonkeyPatch,
    behave: object,
    came: tuple[int | None, str],
) -> None:
    monkeypatch.setattr(promises, "ANSWER_SECONDS", 0.5)
    with receiving(behave) as receiver:  # type: ignore[arg-type]
        make_endpoint(operator, receiver.url())
        tell(operator)
        run_engine()
    row, attempt = Delivery.objects.get(), Attempt.objects.get()
    assert (attempt.status_code, attempt.error) == came
    assert (row.status, row.failures) == (DeliveryStatus.PENDING, 1)
    assert row.next_attempt_at is not None
    assert attempt.ended_at is not None
    assert 4 <= (row.next_attempt_at - attempt.ended_at).total_seconds() <= 6
    assert len(receiver.requests) == 1


def test_a_certificate_that_is_not_trusted_is_a_failure(operator: Actor, receiver: Receiver, settings: object) -> None:
    settings.WEBHOOK_CA_FILE = None  # type: ignore[attr-defined]
    make_endpoint(operator, receiver.url())
    tell(operator)
    run_engine()
    assert Attempt.objects.get().error == "TLS"


def test_megabytes_are_delivered_and_kept_as_an_excerpt(operator: Actor, receiving: Serve) -> None:
    size = 4 * 1024 * 1024
    with receiving(replying(f"HTTP/1.1 200 OK\nContent-Length: {size}", b"\0" * size)) as receiver:
        make_endpoint(operator, receiver.url())
        tell(operator)
        run_engine()
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED
    assert len(Attempt.objects.get().response) == promises.LARGEST_EXCERPT


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://localhost:8443/", "ADDRESS_NOT_PUBLIC"),
        ("https://127.0.0.1/", "ADDRESS_NOT_PUBLIC"),
        ("https://10.1.2.3/", "ADDRESS_NOT_PUBLIC"),
        ("https://169.254.169.254/", "ADDRESS_NOT_PUBLIC"),
        ("https://[::ffff:127.0.0.1]/", "ADDRESS_NOT_PUBLIC"),
        ("https://[64:ff9b::7f00:1]/", "ADDRESS_NOT_PUBLIC"),
        ("https://0x7f000001/", "ADDRESS_HOST"),
    ],
)
def test_an_address_is_judged_again_at_every_attempt(operator: Actor, url: str, reason: str) -> None:
    """The name may have led elsewhere when it was saved."""
    make_endpoint(operator, url)
    tell(operator)
    run_engine()
    assert (Attempt.objects.get().error, Attempt.objects.get().address) == (reason, "")


def test_the_tenth_failure_is_the_last(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    began = clock.now()
    for number in range(1, promises.ATTEMPTS + 1):
        (call,) = claim_all()
        assert (call.number, call.scheduled) == (number, True)
        delivery.conclude([outcome(call, 500, ended_at=began)])
        row = Delivery.objects.get()
        if number < promises.ATTEMPTS:
            assert row.next_attempt_at is not None
            step = promises.WAITS[number]
            assert 0.79 * step <= row.next_attempt_at - began <= 1.21 * step
            make_due(row)
    assert (row.status, row.due_at, row.failures) == (DeliveryStatus.FAILED, None, 10)
    assert claim_all() == []
    assert Attempt.objects.count() == 10


@pytest.mark.parametrize(("status", "asked", "honoured"), [(429, 8, True), (503, 3600, True), (500, 8, False)])
def test_retry_after_counts_on_429_and_503_alone(
    operator: Actor, receiving: Serve, status: int, asked: int, honoured: bool
) -> None:
    with receiving(replying(f"HTTP/1.1 {status} Later\nRetry-After: {asked}\nContent-Length: 0")) as receiver:
        make_endpoint(operator, receiver.url())
        tell(operator)
        run_engine()
    row, attempt = Delivery.objects.get(), Attempt.objects.get()
    assert row.next_attempt_at is not None
    assert attempt.ended_at is not None
    waited = (row.next_attempt_at - attempt.ended_at).total_seconds()
    assert waited == pytest.approx(min(asked, 10), abs=0.01) if honoured else 4 <= waited <= 6


def test_410_disables_at_once_and_what_waits_is_kept(operator: Actor, receiving: Serve) -> None:
    with receiving(replying("HTTP/1.1 410 Gone\nContent-Length: 0")) as receiver:
        made = make_endpoint(operator, receiver.url()).endpoint
        tell(operator)
        run_engine(threads=1)
        tell(operator)
        run_engine(threads=1)
    made.refresh_from_db()
    assert made.status == EndpointStatus.DISABLED
    assert made.notices.get().reason == "DISABLED_BY_RECEIVER"
    assert (Delivery.objects.count(), Delivery.objects.get().status) == (1, DeliveryStatus.PENDING)
    assert len(receiver.requests) == 1


# Open pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_open_page_of_a_webhook_hears_of_every_attempt(operator: Actor, endpoint: Endpoint) -> None:
    channel = live.changes_in(operator.client_id, "WEBHOOK")
    tell(operator)
    server: Any = valkey.client()
    with server.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(channel)
        subscription.get_message(timeout=1)
        delivery.conclude([outcome(call, 200, ended_at=clock.now()) for call in claim_all()])
        message = subscription.get_message(timeout=1)
    assert json.loads(message["data"]) == {"type": "delivery", "id": endpoint.endpoint_id, "version": 1}
