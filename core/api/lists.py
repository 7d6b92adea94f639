"""Lists of the API: the period, the page or the cursor, the envelope (API.md 5)."""

import base64
import os
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import clock, prepared
from core.api.fields import Choice, StrictSerializer, Text, WholeText
from core.errors import InvalidParameters, Violation

USUAL_PAGE, LARGEST_PAGE = 20, 200
# Of a cursor: whether the row stands at a moment, that moment or its number, its id.
PLACE = struct.Struct(">?qq")
NONCE_BYTES = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT_FORM = re.compile(
    r"(?P<seconds>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.(?P<fraction>\d{1,9}))?(?P<offset>Z|[+-]\d{2}:\d{2})",
    re.ASCII | re.IGNORECASE,
)
LARGEST_PERIOD = timedelta(days=366)
NOT_A_MOMENT = _("must be a day (YYYY-MM-DD) or an RFC 3339 moment")


@dataclass(frozen=True, slots=True)
class Period:
    """Both ends inclusive, to the millisecond."""

    start: datetime
    end: datetime

    def on(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.start, f"{field}__lte": self.end})


def _moment(text: str, zone: ZoneInfo, *, end: bool) -> tuple[datetime, bool]:
    """A moment, and whether the text was a day. Raises ValueError, also where zones run out of years."""
    if not "1900" <= text[:4] <= "9000":
        raise ValueError
    if DAY_FORM.fullmatch(text):
        day = date.fromisoformat(text)
        return (clock.day_end(day, zone) if end else clock.day_start(day, zone)), True
    form = MOMENT_FORM.fullmatch(text)
    if form is None:
        raise ValueError
    milliseconds = (form["fraction"] or "")[:3].ljust(3, "0")
    moment = datetime.fromisoformat(f"{form['seconds']}.{milliseconds}{form['offset']}".upper())
    return moment.astimezone(UTC), False


def read_moment(name: str, text: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """One moment of a body; a day means its beginning, or its end. Raises InvalidParameters."""
    try:
        return _moment(text, zone, end=end)[0]
    except ValueError:
        raise InvalidParameters(Violation(name, NOT_A_MOMENT)) from None


def read_period(start_text: str, end_text: str, zone: ZoneInfo) -> Period:
    """From `initialDate` and `endDate`. Raises InvalidParameters: no date, end before start, more than 366 days."""
    broken: list[Violation] = []
    ends: dict[str, tuple[datetime, bool]] = {}
    for name, text, is_end in (("initialDate", start_text, False), ("endDate", end_text, True)):
        try:
            ends[name] = _moment(text, zone, end=is_end)
        except ValueError:
            broken.append(Violation(name, NOT_A_MOMENT))
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


class When(Text):
    """A day or a moment; what it means depends on the caller's zone, so `read_period` reads it."""

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}], "example": "2026-11-20"}


class Moment(Text):
    """An RFC 3339 moment of a body, in UTC."""

    default_error_messages = {"moment": _("must be an RFC 3339 moment, such as 2026-11-20T17:32:50Z")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if not isinstance(value, str):
            return value
        try:
            moment, is_day = _moment(value, ZoneInfo("UTC"), end=False)
        except ValueError:
            self.fail("moment")
        if is_day:
            self.fail("moment")
        return moment

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "example": "2026-11-20T17:32:50Z"}


class Day(Text):
    """A day of a body, in the caller's zone."""

    default_error_messages = {"day": _("must be a day in the form YYYY-MM-DD")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if not isinstance(value, str):
            return value
        try:
            day = date.fromisoformat(value) if DAY_FORM.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            self.fail("day")
        return day

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "example": "2026-11-20"}


class ListQuery(StrictSerializer):
    """The parameters of every list. `exact` names the filters that make the dates unnecessary."""

    exact: ClassVar[tuple[str, ...]] = ()
    date_fields: ClassVar[dict[str, str]] = {"CREATED": "created_at", "UPDATED": "updated_at"}

    initialDate = When(required=False, help_text=_("Day (YYYY-MM-DD) or RFC 3339 moment; a + is sent as %2B"))
    endDate = When(required=False, help_text=_("Inclusive, at most 366 days later. A day ends at 23:59:59.999"))
    dateField = Choice(("CREATED", "UPDATED"), required=False, help_text=_("CREATED when absent"))
    page = WholeText(smallest=0, largest=999_999_999, required=False)
    size = WholeText(smallest=1, largest=LARGEST_PAGE, required=False, help_text=_("20 when absent"))
    cursor = Text(required=False, max_length=200, help_text=_("nextCursor of the page before. Not with page"))
    count = Choice(("true", "false"), required=False, help_text=_("false leaves the totals out: faster"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["dateField"] = attrs.get("dateField") or "CREATED"
        broken = list(self.violations(attrs))
        if broken:
            raise InvalidParameters(*broken)
        return attrs

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        if attrs.get("page") is not None and attrs.get("cursor") is not None:
            yield Violation("cursor", _("must not be sent together with page"))
        for name in ("initialDate", "endDate"):
            if attrs.get(name) is None and (not self.has_exact(attrs) or self.has_a_date(attrs)):
                yield Violation(name, _("is required"))

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return any(attrs.get(name) is not None for name in self.exact)

    def has_a_date(self, attrs: dict[str, Any]) -> bool:
        return attrs.get("initialDate") is not None or attrs.get("endDate") is not None

    @classmethod
    def in_zone(cls, values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
        """With `period`. Rows without the date that was asked for, such as unpaid charges by PAID, are never meant."""
        field = cls.date_fields[values["dateField"]]
        if values.get("initialDate") is None:
            return {**values, "period": Q(**{f"{field}__isnull": False})}
        return {**values, "period": read_period(values["initialDate"], values["endDate"], zone).on(field)}


def page_of(
    rows: QuerySet[Any, Any], query: dict[str, Any], *, order: str = "created_at", newest_first: bool = True
) -> dict[str, Any]:
    """The envelope with the rows of `rows.values(…)`, newest first by `order` or oldest first, ties broken by id.

    `query["asked"]` says by whom and where, and a cursor is good for nobody else and nowhere else. It names the last
    row read, so any page costs the same; a page number costs what it skips. The rows must
    carry `order` and `id`; the caller renders `content` afterwards.
    """
    size = query.get("size") or USUAL_PAGE
    counted = query.get("count") != "false"
    total = rows.count() if counted else None
    sign, beyond = ("-", TupleLessThan) if newest_first else ("", TupleGreaterThan)
    ordered = rows.order_by(f"{sign}{order}", f"{sign}id")
    number: int | None = query.get("page") or 0
    if query.get("cursor") is not None:
        number = None
        ordered = ordered.filter(beyond(Tuple(order, "id"), read_cursor(query["cursor"], order, query["asked"])))
    start = (number or 0) * size
    wanted = ordered[start : start + size + 1]
    found = prepared.rows(wanted) if wanted.query.values_select else list(wanted)
    content, more = found[:size], len(found) > size
    return {
        "content": content,
        "page": number,
        "size": size,
        "totalElements": total,
        "totalPages": -(-total // size) if total is not None else None,
        "nextCursor": write_cursor(content[-1], order, query["asked"]) if more else None,
    }


def field_of(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def asked(client_id: int, path: str) -> str:
    """Whose list, and which one."""
    return f"{client_id}|{path}"


def write_cursor(row: Any, order: str, asked: str) -> str:
    """Where the next page begins, unreadable, and good only for the order and for whom and where it was made."""
    at = field_of(row, order)
    is_moment = isinstance(at, datetime)
    place = PLACE.pack(is_moment, _microseconds(at) if is_moment else at, field_of(row, "id"))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, place, f"{order}|{asked}".encode())
    return base64.urlsafe_b64encode(sealed).decode()


def read_cursor(text: str, order: str, asked: str) -> tuple[datetime | int, int]:
    """The moment, or the number, of the last row read, and its id. Raises InvalidParameters."""
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        nonce, hidden = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        place = _cipher(settings.SECRET_KEY).decrypt(nonce, hidden, f"{order}|{asked}".encode())
    except (ValueError, InvalidTag):
        raise InvalidParameters(Violation("cursor", _("is not a cursor that this list gave"))) from None
    is_moment, at, row_id = PLACE.unpack(place)
    return EPOCH + timedelta(microseconds=at) if is_moment else at, row_id


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@cache
def _cipher(secret: str) -> AESGCM:
    return AESGCM(salted_hmac("core.api.lists.cursor", "key", secret=secret, algorithm="sha256").digest())
