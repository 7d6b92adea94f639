"""A list as CSV, at once: exactly the rows that are filtered, as spreadsheets in the reader's language expect them."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import translation

from core.actor import Actor
from core.errors import TooManyRows
from core.lists.columns import Column, file_text

MOST_ROWS = 100_000
READ_AT_ONCE = 2_000
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
BEGINS_A_FORMULA = re.compile(r"\s*[=+\-@\t\r\n]")
NUMBER = re.compile(r"[+-]?[\d.,]+")


def csv_file(rows: QuerySet[Any], columns: Sequence[Column[Any]], *, actor: Actor, name: str) -> HttpResponse:
    """The rows from a cursor of the database, as one answer. Raises TooManyRows."""
    written = io.StringIO(newline="")
    written.write(BYTE_ORDER_MARK)
    writer = csv.writer(written, delimiter=delimiter())
    writer.writerow([column.heading_in_file(actor) for column in columns])
    for row in _at_most(rows, MOST_ROWS):
        writer.writerow([neutral(file_text(column.value(row, actor))) for column in columns])
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8", headers=disposition)


def delimiter() -> str:
    """Spreadsheets in Portuguese keep the comma for decimals."""
    return ";" if (translation.get_language() or "").startswith("pt") else ","


def neutral(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if BEGINS_A_FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def _at_most(rows: QuerySet[Any], most: int) -> Iterator[Any]:
    for position, row in enumerate(rows[: most + 1].iterator(chunk_size=READ_AT_ONCE)):
        if position == most:
            raise TooManyRows(most=most)
        yield row
