"""What is published about delivery, computed from the table that the engine reads (API.md 7.4)."""

from datetime import UTC, datetime, timedelta

import pytest

from webhooks import promises

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_there_are_ten_attempts_over_about_75_hours() -> None:
    assert promises.ATTEMPTS == 10
    assert sum(promises.WAITS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


def test_the_steps_are_those_that_are_published() -> None:
    assert [str(wait) for wait in promises.WAITS[:4]] == ["0:00:00", "0:00:05", "0:05:00", "0:30:00"]
    assert [wait // timedelta(hours=1) for wait in promises.WAITS[4:]] == [2, 5, 10, 14, 20, 24]


@pytest.mark.parametrize("failures", range(1, promises.ATTEMPTS))
def test_every_wait_lies_within_a_fifth_of_its_step(failures: int) -> None:
    step = promises.WAITS[failures]
    waits = [promises.wait_after(failures) for _ in range(200)]
    assert all(wait is not None and 0.8 * step <= wait <= 1.2 * step for wait in waits)
    assert len(set(waits)) > 100


def test_nothing_is_scheduled_after_the_tenth_failure() -> None:
    assert promises.wait_after(10) is None


@pytest.mark.parametrize(("asked", "waits"), [(1, 300), (299, 300), (420, 420), (600, 600), (601, 600), (10**9, 600)])
def test_a_receiver_may_ask_for_up_to_twice_the_step_and_never_for_less(asked: int, waits: int) -> None:
    assert promises.wait_after(2, retry_after=timedelta(seconds=asked)) == timedelta(seconds=waits)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Sat, 21 Nov 2026 12:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 11:00:00 GMT", None),
        ("Sat, 21 Nov 2026 12:02:00", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
        ("9" * 400, 2 * 86400),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_and_anything_silly_is_ignored(text: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert promises.read_retry_after(text, NOW) == expected


def test_warnings_come_before_the_end() -> None:
    assert [after.days for after in (*promises.WARNED_AFTER, promises.DISABLED_AFTER)] == [3, 4, 5]
