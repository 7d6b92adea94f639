"""Payment cards as they are typed: what their number alone tells, and how they are kept out of sight.

A `Card` lives in the memory of one request. It has no representation that could reach a log or an error report, and
it cannot be pickled into a task message.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NoReturn


class Brand(StrEnum):
    """Written as the contract writes them (API.md 1)."""

    VISA = "VISA"
    MASTERCARD = "MASTERCARD"
    AMEX = "AMEX"
    ELO = "ELO"
    HIPERCARD = "HIPERCARD"
    HIPER = "HIPER"
    DINERS = "DINERS"
    DISCOVER = "DISCOVER"
    JCB = "JCB"


@dataclass(frozen=True, slots=True)
class Card:
    """`expires` is `yyyy-MM`; `cvv` is empty where the holder is not present."""

    holder_name: str
    expires: str
    number: str = field(repr=False)
    cvv: str = field(repr=False, default="")

    @property
    def brand(self) -> Brand | None:
        return brand_of(self.number)

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a card never leaves the memory of its request")


# Ranges of first digits, the narrow ones before those that hold them: (first, last, brand, lengths).
RANGES: tuple[tuple[str, str, Brand, tuple[int, ...]], ...] = (
    *(
        (prefix, prefix, Brand.ELO, (16,))
        for prefix in (
            "401178 401179 431274 438935 451416 457393 457631 457632 504175 627780 636297 636368 650031 650032 650033"
        ).split()
    ),
    ("506699", "506778", Brand.ELO, (16,)),
    ("509000", "509999", Brand.ELO, (16,)),
    ("650035", "650051", Brand.ELO, (16,)),
    ("650405", "650439", Brand.ELO, (16,)),
    ("650485", "650538", Brand.ELO, (16,)),
    ("650541", "650598", Brand.ELO, (16,)),
    ("650700", "650718", Brand.ELO, (16,)),
    ("650720", "650727", Brand.ELO, (16,)),
    ("650901", "650978", Brand.ELO, (16,)),
    ("651652", "651679", Brand.ELO, (16,)),
    ("655000", "655019", Brand.ELO, (16,)),
    ("655021", "655058", Brand.ELO, (16,)),
    ("606282", "606282", Brand.HIPERCARD, (13, 16, 19)),
    ("384100", "384100", Brand.HIPERCARD, (13, 16, 19)),
    ("384140", "384140", Brand.HIPERCARD, (13, 16, 19)),
    ("384160", "384160", Brand.HIPERCARD, (13, 16, 19)),
    ("637095", "637095", Brand.HIPER, (16,)),
    ("637568", "637568", Brand.HIPER, (16,)),
    ("637599", "637599", Brand.HIPER, (16,)),
    ("637609", "637609", Brand.HIPER, (16,)),
    ("637612", "637612", Brand.HIPER, (16,)),
    ("34", "34", Brand.AMEX, (15,)),
    ("37", "37", Brand.AMEX, (15,)),
    ("300", "305", Brand.DINERS, (14, 16)),
    ("36", "36", Brand.DINERS, (14, 16)),
    ("38", "39", Brand.DINERS, (14, 16)),
    ("3528", "3589", Brand.JCB, (16,)),
    ("6011", "6011", Brand.DISCOVER, (16,)),
    ("644", "649", Brand.DISCOVER, (16,)),
    ("65", "65", Brand.DISCOVER, (16,)),
    ("51", "55", Brand.MASTERCARD, (16,)),
    ("2221", "2720", Brand.MASTERCARD, (16,)),
    ("4", "4", Brand.VISA, (13, 16, 19)),
)


def brand_of(number: str) -> Brand | None:
    """The brand that a whole number belongs to; None for one of no brand, or of a wrong length."""
    for first, last, brand, lengths in RANGES:
        if first <= number[: len(first)] <= last:
            return brand if len(number) in lengths else None
    return None


def is_right(number: str) -> bool:
    """Whether the digits satisfy the check digit of ISO/IEC 7812 (Luhn)."""
    digits = [int(each) for each in number]
    doubled = (each * 2 - 9 if each > 4 else each * 2 for each in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def cvv_length(brand: Brand) -> int:
    return 4 if brand is Brand.AMEX else 3


def has_expired(expires: str, today: date) -> bool:
    """A card is good until the last day of its month."""
    return expires < f"{today:%Y-%m}"


def masked(last4: str) -> str:
    """`**** 0071`, all that is ever shown of a number."""
    return f"**** {last4}"
