"""The figures of an endpoint's last 24 hours, and their chart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, DateTimeField, F, Func, IntegerField, Min, Q, QuerySet, Value

from core import clock
from webhooks import promises
from webhooks.models import Attempt, Delivery, Endpoint

SHOWN = timedelta(hours=24)
SLOT = timedelta(minutes=15)
SLOTS = SHOWN // SLOT
# Of the chart, in units of its view box.
STEP, WIDTH, HEIGHT = 6.25, 4.6, 32.0
GOOD = Q(status_code__gte=200, status_code__lt=300)


class Percentile95(Aggregate):
    """The smallest value that 95 of a hundred do not exceed."""

    template = "percentile_disc(0.95) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the chart. Numbers are texts: a template would write them with the comma of the language."""

    look: str
    x: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Day:
    """Attempts that ended. `success` is a share of them, 0 to 1, `answered_in` milliseconds; None without attempts."""

    since: datetime
    attempts: int
    good: int
    answered_in: int | None
    waiting: int
    next_attempt_at: datetime | None
    bars: list[Bar]

    @property
    def success(self) -> float | None:
        return self.good / self.attempts if self.attempts else None

    @property
    def bad(self) -> int:
        return self.attempts - self.good


def last_day(endpoint: Endpoint) -> Day:
    since = clock.now() - SHOWN
    attempts = ended_attempts(endpoint, since)
    totals = attempts.aggregate(count=Count("pk"), good=Count("pk", filter=GOOD), p95=Percentile95("duration_ms"))
    queue = Delivery.objects.filter(endpoint=endpoint, due_at__isnull=False)
    waiting = queue.aggregate(count=Count("pk"), first=Min("due_at"))
    return Day(
        since=since,
        attempts=totals["count"],
        good=totals["good"],
        answered_in=totals["p95"],
        waiting=waiting["count"],
        next_attempt_at=waiting["first"],
        bars=bars(attempts, since),
    )


def ended_attempts(endpoint: Endpoint, since: datetime) -> QuerySet[Attempt]:
    """Without those, long resent by hand, whose message is older than all its scheduled attempts can be: the index of
    an endpoint's deliveries then finds the rest."""
    oldest = since - sum(promises.WAITS, timedelta()) * (1 + promises.JITTER)
    return Attempt.objects.filter(
        delivery__endpoint=endpoint, delivery__created_at__gte=oldest, started_at__gte=since, ended_at__isnull=False
    )


def bars(attempts: QuerySet[Attempt], since: datetime) -> list[Bar]:
    """Two for each quarter of an hour in which something was sent, the failed ones below."""
    slot = Func(Value(SLOT), F("started_at"), Value(since), function="date_bin", output_field=DateTimeField())
    slots = attempts.annotate(slot=slot).values("slot").order_by("slot")
    found = list(slots.annotate(count=Count("pk"), good=Count("pk", filter=GOOD)))
    most = max((each["count"] for each in found), default=1)
    drawn = []
    for each in found:
        x = (each["slot"] - since) // SLOT * STEP
        bad = (each["count"] - each["good"]) * HEIGHT / most
        good = each["good"] * HEIGHT / most
        drawn += [_bar("bad", x, HEIGHT - bad, bad)] if bad else []
        drawn += [_bar("ok", x, HEIGHT - bad - good, good)] if good else []
    return drawn


def _bar(look: str, x: float, y: float, height: float) -> Bar:
    return Bar(look, f"{x:.2f}", f"{y:.1f}", f"{height:.1f}")
