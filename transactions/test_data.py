"""The cards that the sandbox knows, for the page of test data."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.web.test_data import Section, Side, register
from gateways.sandbox.published import DIGITS, NUMBERS
from transactions.looks import MARKS, brand_mark

WHAT_HAPPENS: "dict[str, str | Promise]" = {
    "1": _("Approved"),
    "2": _("Denied: 05, not authorized"),
    "3": _("Denied: 57, not allowed for this card"),
    "5": _("Denied: 78, card not unlocked"),
    "6": _("No answer: pending, looked up within 30 seconds, then denied"),
    "7": _("Denied: 77"),
    "8": _("Denied: 70, problem with the card"),
    "9": _("Under review, approved a minute later"),
}


def cards_by_outcome() -> dict[str, Any]:
    """A row for each last digit, a column for each brand."""
    rows = [
        (WHAT_HAPPENS[digit], [numbers[place] for numbers in NUMBERS.values()]) for place, digit in enumerate(DIGITS)
    ]
    brands = [(brand.title() if brand in MARKS else "", brand_mark(brand, is_named=True)) for brand in NUMBERS]
    return {"brands": brands, "rows": rows}


def register_test_data() -> None:
    template = "transactions/_test_cards.html"
    register(Section("cards", _("Card numbers"), template, cards_by_outcome, 20, Side.BOTH))
