"""Money: reais as `Decimal` with two decimals, never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import format_currency
from django.utils import translation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("9999999999.99")
AMOUNT_TEXT = re.compile(r"-?(0|[1-9]\d*)(\.\d{1,2})?", re.ASCII)


def with_cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)


def cents(amount: Decimal) -> int:
    """The cents after the point: 1 for 10.01."""
    return int(amount * 100) % 100


def formatted(amount: Decimal, language: str | None = None) -> str:
    """In the reader's language: `R$ 1.234,56` or `R$1,234.56`; money that leaves carries a real minus sign."""
    return _written(amount, "pt_BR" if _is_portuguese(language or translation.get_language()) else "en")


def _is_portuguese(language: str | None) -> bool:
    return (language or "pt-br").startswith("pt")


@lru_cache(maxsize=10_000)  # a page writes the same amounts again and again
def _written(amount: Decimal, locale: str) -> str:
    return format_currency(amount, "BRL", locale=locale).replace("-", "\N{MINUS SIGN}")


TYPED = re.compile(
    r"(?P<whole>\d+|[1-9]\d{0,2}(?P<group>[.,])\d{3}((?P=group)\d{3})*)((?P<point>[.,])(?P<cents>\d{1,2}))?", re.ASCII
)


def _decimal_mark() -> str:
    return "," if _is_portuguese(translation.get_language()) else "."


def typed(text: str) -> Decimal:
    """An amount as people type it: `1.234,56`, `1,234.56`, `1234.56`, `R$ 850`. Raises ValueError.

    One or two digits behind the last separator are cents, three are thousands: `1.234` is 1234. Where the reader's
    language has that separator before the cents it is a third decimal, which is refused: `1,234` in Portuguese.
    """
    match = TYPED.fullmatch("".join(text.replace("R$", "").split()))
    if match is None or (match["point"] and match["point"] == match["group"]):
        raise ValueError(text)
    if not match["point"] and match["group"] == _decimal_mark() and match["whole"].count(_decimal_mark()) == 1:
        raise ValueError(text)
    whole = re.sub("[.,]", "", match["whole"])
    return Decimal(f"{whole}.{match['cents'] or '':0<2}")


def plain(amount: Decimal) -> str:
    """The number alone in the reader's language, as a field shows it: `1.234,56`."""
    return formatted(amount).removeprefix("R$").strip("\N{NO-BREAK SPACE} ")


def parts(amount: Decimal, count: int) -> list[Decimal]:
    """The amount in `count` parts that add up to it; the first ones carry the extra cents: 100 in 3 is 33.34, 33.33,
    33.33."""
    each, extra = divmod(int(amount * 100), count)
    return [Decimal(each + (position < extra)) / 100 for position in range(count)]


def share(amount: Decimal, percentage: Decimal) -> Decimal:
    """That percentage of the amount, rounded half up to the cent."""
    return (amount * percentage / 100).quantize(CENT, ROUND_HALF_UP)
