"""Reais: two decimals, cents as triggers, and the form each language writes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import AMOUNT_TEXT, LARGEST, cents, formatted, with_cents

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("text", ["0", "100", "100.0", "100.00", "0.01", "9999999999.99", "-1.50"])
def test_an_amount_is_digits_with_at_most_two_decimals(text: str) -> None:
    assert AMOUNT_TEXT.fullmatch(text)


@pytest.mark.parametrize(
    "text", ["", "10.100", "1e2", "+1", "01", ".5", "5.", "1,00", "1 000", "NaN", "Infinity", "١", "1.00\n"]
)
def test_another_way_to_write_an_amount_is_refused(text: str) -> None:
    assert not AMOUNT_TEXT.fullmatch(text)


@pytest.mark.parametrize(
    ("amount", "trigger"), [("10.01", 1), ("10.11", 11), ("0.02", 2), ("100", 0), ("9999999999.99", 99)]
)
def test_the_cents_are_those_after_the_point(amount: str, trigger: int) -> None:
    assert cents(Decimal(amount)) == trigger


@given(st.integers(0, int(LARGEST * 100)))
def test_every_amount_keeps_its_value_and_shows_two_decimals(in_cents: int) -> None:
    amount = with_cents(Decimal(in_cents) / 100)
    assert amount.as_tuple().exponent == -2
    assert amount * 100 == in_cents
    assert cents(amount) == in_cents % 100


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        ("1234.56", "pt-br", f"R${NBSP}1.234,56"),
        ("1234.56", "en", "R$1,234.56"),
        ("0.5", "pt-br", f"R${NBSP}0,50"),
        ("-12.50", "pt-br", f"\N{MINUS SIGN}R${NBSP}12,50"),
        ("-12.50", "en", "\N{MINUS SIGN}R$12.50"),
        ("9999999999.99", "en", "R$9,999,999,999.99"),
    ],
)
def test_money_is_shown_as_its_reader_writes_it(amount: str, language: str, shown: str) -> None:
    assert formatted(Decimal(amount), language) == shown
