"""Notices that fail are tried again for as long as it takes, and hold up no other."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from gateways import notices
from gateways.models import Notice

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


def waiting_notice(kind: str, **facts: Any) -> Notice:
    due = clock.now()
    return Notice.objects.create(
        gateway="sandbox", kind=kind, external_id=kind, payload={}, received_at=due, next_attempt_at=due, **facts
    )


@pytest.mark.parametrize("attempts", [0, 8, 46, 1000])
def test_a_notice_that_keeps_failing_waits_five_minutes_at_most_however_often_it_failed(attempts: int) -> None:
    notice = waiting_notice("of.the.future", attempts=attempts)
    notices.handle_waiting()
    notice.refresh_from_db()
    assert (notice.attempts, notice.handled_at) == (attempts + 1, None)
    assert clock.now() < notice.next_attempt_at <= clock.now() + LATER


def test_what_comes_behind_a_notice_that_fails_is_handled(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setitem(notices._handlers, "known", told.append)
    waiting_notice("of.the.future", attempts=100)
    known = waiting_notice("known")
    notices.handle_waiting()
    known.refresh_from_db()
    assert (told, known.handled_at is not None) == ([{}], True)


@pytest.mark.parametrize(("age", "is_given_up"), [(timedelta(hours=23), False), (timedelta(hours=25), True)])
def test_a_notice_that_came_too_early_is_tried_for_a_day(
    monkeypatch: pytest.MonkeyPatch, age: timedelta, is_given_up: bool
) -> None:
    def not_yet(payload: dict[str, Any]) -> None:
        raise notices.TooEarly("E1")

    monkeypatch.setitem(notices._handlers, "early", not_yet)
    notice = waiting_notice("early")
    Notice.objects.filter(pk=notice.pk).update(received_at=clock.now() - age)
    notices.handle_waiting()
    notice.refresh_from_db()
    assert (notice.error, notice.handled_at is not None) == ("TooEarly: E1", is_given_up)
