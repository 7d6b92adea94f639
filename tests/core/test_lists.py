"""The recipe of lists by itself: periods, addresses, pages, files."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from core import money
from core.exports.csv import neutral
from core.lists.filters import canonical
from core.lists.pages import Page, Totals
from core.lists.periods import PeriodField, Preset, asked_days, days_of

MANAUS = ZoneInfo("America/Manaus")
FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.TODAY, date(2026, 11, 20), FRIDAY),
        (Preset.YESTERDAY, date(2026, 11, 19), date(2026, 11, 19)),
        (Preset.LAST_7_DAYS, date(2026, 11, 14), FRIDAY),
        (Preset.LAST_30_DAYS, date(2026, 10, 22), FRIDAY),
        (Preset.THIS_MONTH, date(2026, 11, 1), FRIDAY),
        (Preset.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_a_preset_is_counted_with_both_ends(preset: Preset, first: date, last: date) -> None:
    days = days_of(preset, FRIDAY)
    assert (days.first, days.last) == (first, last)


def test_a_day_begins_in_the_zone_of_the_client() -> None:
    period = days_of(Preset.TODAY, FRIDAY).moments(MANAUS)
    assert period.start == datetime(2026, 11, 20, tzinfo=MANAUS)
    assert period.end == datetime(2026, 11, 21, tzinfo=MANAUS) - timedelta(milliseconds=1)


def test_nothing_given_is_the_last_seven_days() -> None:
    assert PeriodField(zone=MANAUS).clean(["", "", ""]).preset is Preset.LAST_7_DAYS


def test_two_days_win_over_a_preset() -> None:
    days = PeriodField(zone=MANAUS).clean(["30d", "2026-11-01", "2026-11-02"])
    assert (days.first, days.last, days.preset) == (date(2026, 11, 1), date(2026, 11, 2), None)


@pytest.mark.parametrize(
    "given",
    [
        ["", "2026-11-02", "2026-11-01"],
        ["", "", "2026-11-01"],
        ["", "yesterday", "2026-11-01"],
        ["", "2025-01-01", "2026-06-01"],
        ["forever", "", ""],
        ["", "9999-12-31", "9999-12-31"],
        ["", "0001-01-01", "0001-01-02"],
    ],
)
def test_a_period_that_cannot_be_is_refused(given: list[str]) -> None:
    with pytest.raises(forms.ValidationError):
        PeriodField(zone=MANAUS).clean(given)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (["", "2020-01-01", "2026-11-28"], "01/01/2020 – 11/28/2026"),
        (["", "", "01/11/2026"], "11/01/2026"),
        (["", "yesterday", "2026-11-01"], "11/01/2026"),
        (["always", "", ""], "–"),
        (None, "–"),
    ],
)
def test_the_days_of_a_period_that_cannot_be_are_shown_as_they_were_asked_for(
    typed: list[str] | None, text: str
) -> None:
    with translation.override("en"):
        assert asked_days(typed) == text


def test_a_period_reaches_over_366_days_and_no_further() -> None:
    field = PeriodField(zone=MANAUS)
    assert field.clean(["", "2025-11-19", "2026-11-20"]).last == FRIDAY
    with pytest.raises(forms.ValidationError):
        field.clean(["", "2025-11-18", "2026-11-20"])


def test_an_address_holds_no_empty_parameters() -> None:
    assert canonical(QueryDict("document=&status=PAID&status=&reference=%20&page=2")) == "status=PAID&page=2"


def page(number: int, *, more: bool = True) -> Page:
    return Page(rows=[0] * 20, number=number, size=20, more=more, query=QueryDict(f"status=PAID&page={number}"))


def numbers(shown: Page, totals: Totals | None) -> list[int | None]:
    return [number for number, _query in shown.numbers(totals)]


def test_pages_are_offered_around_the_current_one() -> None:
    assert numbers(page(9), Totals(1248, Decimal(1))) == [1, None, 7, 8, 9, 10, 11, None, 63]


def test_without_a_count_the_next_page_is_the_last_one_offered() -> None:
    assert numbers(page(1), None) == [1, 2]
    assert numbers(page(3, more=False), None) == [1, 2, 3]


def test_another_page_keeps_the_filters() -> None:
    assert page(2).next == "status=PAID&page=3"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "  =1", "\r\n=1"])
def test_no_cell_runs_as_a_formula(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ana", "-12,50", "1.234,56", "pedido-1", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1234,5", "1234.50"),
        ("1.234", "1234.00"),
        ("1.234.567", "1234567.00"),
        ("R$\N{NO-BREAK SPACE}850", "850.00"),
        (" 0,01 ", "0.01"),
        ("9" * 40, "9" * 40),
    ],
)
def test_an_amount_is_read_as_people_type_it(text: str, amount: str) -> None:
    with translation.override("pt-br"):
        assert money.typed(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("pt-br", "1.234", "1234"),
        ("pt-br", "1,234,567", "1234567"),
        ("en", "1,234", "1234"),
        ("en", "1.234,5", "1234.5"),
    ],
)
def test_three_digits_behind_the_other_languages_mark_are_thousands(language: str, text: str, amount: str) -> None:
    with translation.override(language):
        assert money.typed(text) == Decimal(amount)


@pytest.mark.parametrize(("language", "text"), [("pt-br", "19,999"), ("pt-br", "1,234"), ("en", "19.999")])
def test_a_third_decimal_is_refused_and_never_read_as_thousands(language: str, text: str) -> None:
    with translation.override(language), pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        money.typed(text)


@pytest.mark.parametrize("text", ["", "abc", "-5", "1.23.45", "1.234.56", "0,123", "1e3", "12,", "١٢"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        money.typed(text)


@pytest.mark.parametrize("language", ["pt-br", "en"])
def test_an_amount_survives_being_shown_in_a_field(language: str) -> None:
    with translation.override(language):
        assert money.typed(money.plain(Decimal("1234567.89"))) == Decimal("1234567.89")
