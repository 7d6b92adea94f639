"""Columns of a list, told once for the page and for the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from core.actor import Actor
from core.lists.filters import canonical
from core.lists.periods import zone_text

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """`value` is what a file holds. `html` is the cell on the page; a column without one is only in files.
    `order_by` names the field by which the list may be sorted, `css` the classes of the cell."""

    name: str
    heading: "str | Promise"
    value: Callable[[Row, Actor], Any]
    html: Callable[[Row, Actor], SafeString | str] | None = None
    order_by: str = ""
    css: str = ""
    is_moment: bool = False

    def heading_in_file(self, actor: Actor) -> str:
        """Moments name their zone: a file is read far from the page."""
        return f"{self.heading} ({zone_text(actor.zone)})" if self.is_moment else str(self.heading)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head on the page. `query` sorts by it; `direction` is how it is sorted now."""

    text: "str | Promise"
    css: str
    query: str | None
    direction: str


@dataclass(frozen=True, slots=True)
class Ordering:
    """By which column, and which way. What is equal is told apart by the row's number, so that pages never overlap."""

    column: Column[Any]
    descending: bool

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        field = F(self.column.order_by)
        nullable = rows.model._meta.get_field(self.column.order_by).null
        last = True if nullable else None
        by = field.desc(nulls_last=last) if self.descending else field.asc(nulls_last=last)
        return rows.order_by(by, OrderBy(F("id"), descending=self.descending))

    def __str__(self) -> str:
        return f"-{self.column.name}" if self.descending else self.column.name


def ordering_of(asked: str, columns: Sequence[Column[Any]], default: str) -> Ordering:
    """The ordering asked for if it is on offer, else the default one."""
    sortable = {column.name: column for column in columns if column.order_by}
    chosen = asked if asked.removeprefix("-") in sortable else default
    return Ordering(sortable[chosen.removeprefix("-")], chosen.startswith("-"))


def headings(columns: Sequence[Column[Any]], query: QueryDict, ordering: Ordering) -> list[Heading]:
    return [_heading(column, query, ordering) for column in columns if column.html]


def _heading(column: Column[Any], query: QueryDict, ordering: Ordering) -> Heading:
    if not column.order_by:
        return Heading(column.heading, column.css, None, "")
    current = column.name == ordering.column.name
    direction = ("descending" if ordering.descending else "ascending") if current else ""
    turned = query.copy()
    turned["order"] = column.name if current and ordering.descending else f"-{column.name}"
    return Heading(column.heading, column.css, canonical(turned, without=("page", "part")), direction)


def file_text(value: Any) -> str:
    """A value as a file holds it: money with the reader's decimal mark, moments in the zone of the page."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(formats.localize(value, use_l10n=True))
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return formats.date_format(local, "SHORT_DATE_FORMAT") + local.strftime(" %H:%M:%S")
    return str(value)
