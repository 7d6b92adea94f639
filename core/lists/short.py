"""A long list inside a page: its first rows, and all of them for whoever asks with `?whole`."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from django.http import HttpRequest

Row = TypeVar("Row")
SHORT = 12


def wants_whole(request: HttpRequest) -> bool:
    return "whole" in request.GET


def shortened(rows: Iterable[Row], *, whole: bool) -> tuple[list[Row], bool]:
    """The rows to show, and whether the list goes on. A queryset should be cut behind `SHORT + 1` rows before."""
    found = list(rows) if whole else list(islice(rows, SHORT + 1))
    return (found, False) if whole else (found[:SHORT], len(found) > SHORT)
