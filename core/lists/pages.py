"""One page of a list, and its totals apart: the rows never wait for a count."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import QueryDict
from django.utils import formats

from core.lists.filters import canonical
from core.money import ZERO

SIZES = (20, 50, 100)
COUNTED_AT_ONCE = 10_000
DEEPEST_ROW = 100_000
NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows are filtered, and their sum in reais."""

    count: int
    amount: Decimal


def count_text(totals: Totals) -> str:
    """How many, grouped as the reader groups digits."""
    return str(formats.number_format(totals.count, force_grouping=True))


def totals_of(rows: QuerySet[Any], amount: str) -> Totals:
    """`amount` names the column that is summed up; a list of what has no amount is only counted."""
    return _summed(rows.order_by(), amount)


def totals_at_once(rows: QuerySet[Any], amount: str) -> Totals | None:
    """The totals when they are cheap; None for a set so wide that they are asked for apart."""
    columns = ("pk", amount) if amount else ("pk",)
    found = _summed(rows.order_by().values(*columns)[: COUNTED_AT_ONCE + 1], amount)
    return found if found.count <= COUNTED_AT_ONCE else None


def _summed(rows: QuerySet[Any, Any], amount: str) -> Totals:
    sums = {"amount": Sum(amount)} if amount else {}
    found = rows.aggregate(count=Count("pk"), **sums)
    return Totals(found["count"], found.get("amount") or ZERO)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows number `first` to `last`. `more` says whether others follow; how many is the business of the totals."""

    rows: list[Any]
    number: int
    size: int
    more: bool
    query: QueryDict

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def previous(self) -> str | None:
        return self.to(self.number - 1) if self.number > 1 else None

    @property
    def next(self) -> str | None:
        return self.to(self.number + 1) if self.more and self.last < DEEPEST_ROW else None

    @property
    def beginning(self) -> str:
        return self.to(1)

    @property
    def sizes(self) -> list[tuple[int, str]]:
        return [(size, self._changed(size=size)) for size in SIZES]

    def to(self, number: int) -> str:
        return self._changed(page=number)

    def _changed(self, **parameters: int) -> str:
        query = self.query.copy()
        for name, value in parameters.items():
            query[name] = str(value)
        return canonical(query, without=("part",) if "page" in parameters else ("part", "page"))

    def numbers(self, totals: Totals | None) -> Iterator[tuple[int | None, str]]:
        """The pages to offer, each with its address; None stands for those left out."""
        end = self.number + (1 if self.more else 0)
        if totals:
            end = max(1, min(-(-totals.count // self.size), DEEPEST_ROW // self.size))
        near = range(max(1, self.number - NEIGHBOURS), min(end, self.number + NEIGHBOURS) + 1)
        before = 0
        for number in sorted({1, *near, end}):
            if number > before + 1:
                yield None, ""
            yield number, self.to(number)
            before = number


def page_of(rows: QuerySet[Any], query: QueryDict) -> Page:
    """The page that the address asks for; one that cannot be is the first. One row more is read than is shown."""
    size = _whole(query.get("size")) if _whole(query.get("size")) in SIZES else SIZES[0]
    number = min(max(_whole(query.get("page")), 1), DEEPEST_ROW // size)
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Page(found[:size], number, size, len(found) > size, query)


def _whole(text: str | None) -> int:
    return int(text) if text and len(text) <= 6 and text.isascii() and text.isdigit() else 0
