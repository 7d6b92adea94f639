"""Two requests of one intent at the same time: a system is told to come back, a person is led to the result."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TypeVar

import pytest
from django.db import connections

from core import clock, idempotency
from core.errors import NotFound, StillRunning
from core.idempotency import LEASE, Answer, Claim, KeyedRequest, once, once_in_steps
from core.models import IdempotencyKey

pytestmark = pytest.mark.django_db(transaction=True)
Door = Callable[[KeyedRequest, Callable[[], str]], Answer]
T = TypeVar("T")


def rendered(result: str) -> Answer:
    return Answer(201, result.encode())


def in_one_transaction(request: KeyedRequest, work: Callable[[], str]) -> Answer:
    return once(request, work, rendered)


def in_two_steps(request: KeyedRequest, work: Callable[[], str]) -> Answer:
    def action(claim: Claim[str]) -> None:
        claim.reserve(lambda: "reserved", str, str)
        claim.finish(work())

    return once_in_steps(request, action, rendered)


@pytest.fixture(params=[in_one_transaction, in_two_steps])
def door(request: pytest.FixtureRequest) -> Door:
    chosen: Door = request.param
    return chosen


@pytest.fixture
def click() -> KeyedRequest:
    return KeyedRequest(1, "PORTAL", "/charges/new", uuid.uuid4(), b"fields", waits=True)


def beside_a_slow_first(door: Door, click: KeyedRequest, second: Callable[[Callable[[], None]], T]) -> T:
    """Calls `second` while the first request is at work; it is given what lets the first one go on."""
    began, may_go_on = Event(), Event()

    def work() -> str:
        began.set()
        assert may_go_on.wait(10)
        return "the result"

    def first() -> Answer:
        try:
            return door(click, work)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        try:
            assert began.wait(10)
            return second(may_go_on.set)
        finally:
            may_go_on.set()
            assert running.result(10).body == b"the result"


def never() -> str:
    raise AssertionError("done a second time")


def test_a_second_click_waits_and_is_led_to_the_result_of_the_first(
    door: Door, click: KeyedRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second(let_the_first_go_on: Callable[[], None]) -> Answer:
        monkeypatch.setattr("core.idempotency.time.sleep", lambda _seconds: let_the_first_go_on())
        return door(click, never)

    assert beside_a_slow_first(door, click, second) == Answer(201, b"the result", replayed=True)


def test_a_second_click_does_not_wait_for_ever(
    door: Door, click: KeyedRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 0.3)

    def second(_let_the_first_go_on: Callable[[], None]) -> None:
        with pytest.raises(StillRunning):
            door(click, never)

    beside_a_slow_first(door, click, second)


def test_a_second_call_of_a_system_is_refused_at_once(
    door: Door, click: KeyedRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.idempotency.time.sleep", lambda _seconds: never())
    call = replace(click, waits=False)

    def second(_let_the_first_go_on: Callable[[], None]) -> None:
        with pytest.raises(StillRunning):
            door(call, never)

    beside_a_slow_first(door, call, second)


def test_a_first_request_that_fails_late_leaves_its_repeat_the_key_and_the_answer(click: KeyedRequest) -> None:
    def fail_late(claim: Claim[str]) -> None:
        claim.reserve(lambda: "reserved", str, str)
        IdempotencyKey.objects.update(lease_until=clock.now() - LEASE)
        assert in_two_steps(click, lambda: "the result").body == b"the result"
        raise NotFound

    with pytest.raises(NotFound):
        once_in_steps(click, fail_late, rendered)
    assert in_two_steps(click, never) == Answer(201, b"the result", replayed=True)
