"""Lists of the API: the period, the page or the cursor, the envelope (API.md 5)."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import clock
from core.api.fields import StrictSerializer, Text
from core.errors import InvalidParameters, Violation

LARGEST_PAGE = 200
LARGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Period:
    """Both ends inclusive, to the millisecond."""

    start: datetime
    end: datetime

    def on(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.start, f"{field}__lte": self.end})


def _moment(text: str, zone: ZoneInfo, *, end: bool) -> tuple[datetime, bool]:
    """A moment, and whether the text was a day. Raises ValueError."""
    if len(text) == 10:
        day = date.fromisoformat(text)
        return (clock.day_end(day, zone) if end else clock.day_start(day, zone)), True
    if "T" not in text.upper() or (text[-1] not in "Zz" and text[-6:-5] not in ("+", "-")):
        raise ValueError
    head, dot, rest = text.upper().partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    if dot and not 1 <= digits <= 9:
        raise ValueError
    moment = parse_datetime(f"{head}.{rest[: min(digits, 3)]}{rest[digits:]}" if dot else head)
    if moment is None or moment.tzinfo is None:
        raise ValueError
    return clock.cut(moment.astimezone(UTC)), False


def read_period(start_text: str, end_text: str, zone: ZoneInfo) -> Period:
    """From `initialDate` and `endDate`. Raises InvalidParameters: no date, end before start, more than 366 days."""
    broken: list[Violation] = []
    ends: dict[str, tuple[datetime, bool]] = {}
    for name, text, is_end in (("initialDate", start_text, False), ("endDate", end_text, True)):
        try:
            ends[name] = _moment(text, zone, end=is_end)
        except (ValueError, OverflowError):
            broken.append(Violation(name, _("must be a day (YYYY-MM-DD) or an RFC 3339 moment")))
    if broken:
        raise InvalidParameters(*broken)
    (start, start_is_day), (end, end_is_day) = ends["initialDate"], ends["endDate"]
    if end < start:
        raise InvalidParameters(Violation("endDate", _("must not be before initialDate")))
    # A year of days counted with both ends is up to 367 × 24 h long, and an hour more where clocks are set back.
    days = (end.astimezone(zone).date() - start.astimezone(zone).date()).days
    if (days > LARGEST_PERIOD.days) if start_is_day and end_is_day else (end - start > LARGEST_PERIOD):
        raise InvalidParameters(Violation("endDate", _("must be at most 366 days after initialDate")))
    return Period(start, end)


class ListQuery(StrictSerializer):
    """The parameters of every list. `exact` names the filters that make the dates unnecessary."""

    exact: ClassVar[tuple[str, ...]] = ()
    date_fields: ClassVar[dict[str, str]] = {"CREATED": "created_at", "UPDATED": "updated_at"}

    initialDate = Text(required=False, max_length=40)
    endDate = Text(required=False, max_length=40)
    dateField = serializers.CharField(required=False)
    page = Text(required=False, max_length=10, form=r"\d{1,9}")
    size = Text(required=False, max_length=10, form=r"\d{1,9}")
    cursor = Text(required=False, max_length=200)
    count = Text(required=False, form="true|false")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        broken = list(self.violations(attrs))
        if broken:
            raise InvalidParameters(*broken)
        attrs["period"] = self.period(attrs)
        return attrs

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        if attrs.get("page") is not None and attrs.get("cursor") is not None:
            yield Violation("cursor", _("must not be sent together with page"))
        if not 1 <= int(attrs.get("size") or 20) <= LARGEST_PAGE:
            yield Violation("size", _("must be from 1 to 200"))
        if attrs.get("dateField", "CREATED") not in self.date_fields:
            yield Violation("dateField", _("must be one of %(names)s") % {"names": ", ".join(self.date_fields)})
        for name in ("initialDate", "endDate"):
            if attrs.get(name) is None and (not self.has_exact(attrs) or self.has_a_date(attrs)):
                yield Violation(name, _("is required"))

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return any(attrs.get(name) is not None for name in self.exact)

    def has_a_date(self, attrs: dict[str, Any]) -> bool:
        return attrs.get("initialDate") is not None or attrs.get("endDate") is not None

    def period(self, attrs: dict[str, Any]) -> Q:
        if attrs.get("initialDate") is None:
            return Q()
        period = read_period(attrs["initialDate"], attrs["endDate"], self.context["zone"])
        return period.on(self.date_fields[attrs.get("dateField", "CREATED")])


def page_of(rows: QuerySet[Any, Any], query: dict[str, Any], *, order: str = "created_at") -> dict[str, Any]:
    """The envelope with the rows of `rows.values(…)`, newest first by `order`, ties broken by id.

    A cursor names the last row read, so any page costs the same; a page number costs what it skips. The rows must
    carry `order` and `id`; the caller renders `content` afterwards.
    """
    size = int(query.get("size") or 20)
    counted = query.get("count") != "false"
    total = rows.count() if counted else None
    ordered = rows.order_by(f"-{order}", "-id")
    number: int | None = int(query.get("page") or 0)
    if query.get("cursor") is not None:
        number = None
        moment, row_id = read_cursor(query["cursor"])
        after = Q(**{f"{order}__lt": moment}) | Q(**{order: moment, "id__lt": row_id})
        # The first condition is implied by the second; it gives the index a place to start.
        ordered = ordered.filter(**{f"{order}__lte": moment}).filter(after)
    start = (number or 0) * size
    found = list(ordered[start : start + size + 1])
    content, more = found[:size], len(found) > size
    return {
        "content": content,
        "page": number,
        "size": size,
        "totalElements": total,
        "totalPages": -(-total // size) if total is not None else None,
        "nextCursor": write_cursor(content[-1][order], content[-1]["id"]) if more else None,
    }


def write_cursor(moment: datetime, row_id: int) -> str:
    return base64.urlsafe_b64encode(f"{moment.astimezone(UTC).isoformat()}|{row_id}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, int]:
    try:
        moment, _bar, row_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        parsed = datetime.fromisoformat(moment)
        if parsed.tzinfo is None or not 0 < int(row_id) < 2**63:
            raise ValueError
    except (ValueError, binascii.Error, OverflowError) as error:
        raise InvalidParameters(Violation("cursor", _("is not a cursor that a list gave"))) from error
    return parsed, int(row_id)
