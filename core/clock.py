"""Moments and days. Moments are kept in UTC and cut to milliseconds; a day belongs to a client's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

MILLISECOND = timedelta(milliseconds=1)


def now() -> datetime:
    """This moment, cut to the millisecond that every answer shows: what is stored equals what was said."""
    return cut(timezone.now())


def cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def text(moment: datetime) -> str:
    """`2026-11-20T17:32:50.123Z`, the form of every moment the API answers."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """23:59:59.999 of the day: both ends of a period are inclusive to the millisecond.

    Counted back from the next day in UTC: where clocks are set back at midnight, 23:59 comes twice."""
    return day_start(day + timedelta(days=1), zone).astimezone(UTC) - MILLISECOND


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The end of the day on which the moment lies."""
    return day_end(moment.astimezone(zone).date(), zone)


def today(zone: ZoneInfo) -> date:
    return now().astimezone(zone).date()
