"""What is kept, and for how long: bodies 30 days, attempts 13 months. In batches, so that no lock is held for long."""

from collections.abc import Callable

from core import clock
from webhooks.models import Attempt, Event
from webhooks.promises import ATTEMPTS_KEPT, BODIES_KEPT

BATCH = 5000


def forget_old_rows() -> None:
    _in_batches(_forget_bodies)
    _in_batches(_forget_attempts)


def _in_batches(forget: Callable[[], int]) -> None:
    while forget() == BATCH:
        pass


def _forget_bodies() -> int:
    """The bytes of messages, and what receivers answered to them."""
    old = Event.objects.filter(created_at__lt=clock.now() - BODIES_KEPT, body__isnull=False)
    events = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    Attempt.objects.filter(delivery__event__in=events).exclude(response="").update(response="")
    return Event.objects.filter(pk__in=events).update(body=None)


def _forget_attempts() -> int:
    old = Attempt.objects.filter(started_at__lt=clock.now() - ATTEMPTS_KEPT)
    attempts = list(old.order_by("started_at").values_list("pk", flat=True)[:BATCH])
    return Attempt.objects.filter(pk__in=attempts).delete()[0]
