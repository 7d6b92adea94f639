"""What merchants are promised about delivery (API.md 7.4). The engine, the guide and the tests read this one table."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS = len(WAITS)
JITTER = 0.2
LONGEST_RETRY_AFTER = 2  # times the step
ANSWER_SECONDS = 15.0
LARGEST_MESSAGE = 20_000
LARGEST_EXCERPT = 16 * 1024
WARNED_AFTER = (timedelta(days=3), timedelta(days=4))
DISABLED_AFTER = timedelta(days=5)
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
BODIES_KEPT = timedelta(days=30)
ATTEMPTS_KEPT = timedelta(days=13 * 31)
MOST_ENDPOINTS = 20


def wait_after(failures: int, *, retry_after: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many failed attempts; None after the last one.

    Everybody's retries must not come together, hence the jitter. A receiver may ask for more patience, up to twice
    the step, and never for less.
    """
    if failures >= ATTEMPTS:
        return None
    step = WAITS[failures]
    if retry_after is not None:
        return min(max(retry_after, step), LONGEST_RETRY_AFTER * step)
    return step * (1 + random.uniform(-JITTER, JITTER))  # noqa: S311 - no secret


def read_retry_after(text: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None for anything else, and for what has passed."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), WAITS[-1].total_seconds() * LONGEST_RETRY_AFTER))
    try:
        moment = parsedate_to_datetime(text)
        left = moment - now
    except (TypeError, ValueError, OverflowError):  # TypeError: a date without a zone
        return None
    return left if left > timedelta(0) else None
