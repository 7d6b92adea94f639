"""The recipe of a list page. The address is its whole state; page, fragment and file show the same rows."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.views.generic import View

from core.actor import Actor
from core.exports.csv import csv_file
from core.lists.columns import Column, Ordering, headings, ordering_of
from core.lists.filters import ListFilters, canonical
from core.lists.pages import Totals, page_of, totals_at_once, totals_of
from core.lists.periods import zone_text


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part. Going back in history restores a whole page."""
    htmx: Any = getattr(request, "htmx", False)
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


@dataclass(frozen=True, slots=True)
class Words:
    """What a list says of its rows. `counted` gives a sentence with how many they are and what they amount to, `how`
    says where rows come from while there are none."""

    none: "str | Promise"
    unlisted: "str | Promise"
    many: "str | Promise"
    counted: Callable[[Totals], str]
    how: "str | Promise" = ""


class ListPage(View):
    """An app's view combines this with its role mixin and says what is listed: `amount` names the column to sum up,
    `live` the type of object whose changes refresh the rows, `page_url` and `file_url` where the rows are a page and
    where they are a file.

    `page.html` shows the page and includes `_results.html`, which alone answers htmx; `part=totals` answers the
    totals of a set too wide to be counted while the rows are shown.
    """

    filters: ClassVar[type[ListFilters]]
    columns: ClassVar[Sequence[Column[Any]]]
    default_order: ClassVar[str]
    amount: ClassVar[str] = ""
    title: ClassVar["str | Promise"]
    words: ClassVar[Words]
    live: ClassVar[str] = ""
    page_url: ClassVar[str] = ""
    file_url: ClassVar[str] = ""
    page_template: ClassVar[str] = "core/lists/page.html"
    results_template: ClassVar[str] = "core/lists/_results.html"
    totals_template: ClassVar[str] = "core/lists/_totals.html"

    @property
    @abstractmethod
    def actor(self) -> Actor: ...

    @abstractmethod
    def every_row(self) -> QuerySet[Any]:
        """All that the actor may see, before the filters."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.GET.get("part") == "totals":
            return self.answer_totals()
        address = canonical(request.GET)
        if wants_fragment(request):
            return self.answer_fragment(address)
        if address != request.GET.urlencode():
            return HttpResponseRedirect(f"{request.path}?{address}" if address else request.path)
        return render(request, self.page_template, self.listing())

    def answer_fragment(self, address: str) -> HttpResponse:
        response = render(self.request, self.results_template, {**self.listing(), "fragment": True})
        if address != self.request.GET.urlencode():
            response["HX-Replace-Url"] = f"{self.request.path}?{address}" if address else self.request.path
        return response

    def answer_totals(self) -> HttpResponse:
        """The totals alone for htmx; without it the page with its totals, however long they take."""
        listing = self.listing(totals=totals_of(self.asked.rows(), self.amount), totals_alone=True)
        template = self.totals_template if wants_fragment(self.request) else self.page_template
        return render(self.request, template, {**listing, "fragment": wants_fragment(self.request)})

    @cached_property
    def asked(self) -> ListFilters:
        return self.filters(self.request.GET, self.every_row(), actor=self.actor)

    @cached_property
    def ordering(self) -> Ordering:
        return ordering_of(self.request.GET.get("order", ""), self.columns, self.default_order)

    def listing(self, **known: Any) -> dict[str, Any]:
        """What both templates show."""
        rows = self.asked.rows()
        page = page_of(self.ordering.apply(rows), self.request.GET)
        totals = known.get("totals") or totals_at_once(rows, self.amount)
        return {
            "title": self.title,
            "words": self.words,
            "live": self.live,
            "file_url": reverse(self.file_url) if self.file_url else "",
            "totals_sentence": self.words.counted(totals) if totals else "",
            "filters": self.asked,
            "page": page,
            "pages": list(page.numbers(totals)),
            "totals": totals,
            "headings": headings(self.columns, self.request.GET, self.ordering),
            "cells": [self.cells(row) for row in page.rows],
            "address": canonical(self.request.GET, without=("part",)),
            "file_address": canonical(self.request.GET, without=("part", "page", "size")),
            "zone_text": zone_text(self.actor.zone),
            **known,
            **self.more(page.rows),
        }

    def cells(self, row: Any) -> list[tuple[str, str]]:
        """The classes and the markup of each cell of a row."""
        return [(column.css, column.html(row, self.actor)) for column in self.columns if column.html]

    def more(self, rows: list[Any]) -> dict[str, Any]:
        """What else an app's templates show."""
        return {}


class ListFile(ListPage):
    """The same list as a file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = self.asked.rows()
        if not self.asked.is_valid():
            return self.show_why()
        return csv_file(self.ordering.apply(rows), self.columns, actor=self.actor, name=self.file_name())

    def show_why(self) -> HttpResponse:
        """Filters that are not valid list nothing: the page names them. It never stands under the file's own address,
        from which its filters would fetch the file."""
        return HttpResponseRedirect(f"{reverse(self.page_url)}?{self.request.GET.urlencode()}")

    def file_name(self) -> str:
        return "_".join([slugify(str(self.title)), *self.asked.file_words()])[:150]
