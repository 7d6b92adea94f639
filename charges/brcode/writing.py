"""Writes BR Codes, strictly: what is written here breaks no rule of `rules.py`."""

from collections.abc import Callable
from decimal import Decimal
from typing import ParamSpec

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from charges.brcode.code import GUI, NO_TXID
from charges.brcode.errors import BRCodeFieldInvalid
from charges.brcode.rules import (
    HOST_AND_PATH,
    LONGEST_CITY,
    LONGEST_INFORMATION,
    LONGEST_LOCATION,
    LONGEST_NAME,
    MCC_FORM,
    SCHEME,
    TXID_FORM,
)
from charges.brcode.tlv import field, sealed
from core.money import LARGEST, with_cents
from core.pix import PixTextRefused, brcode_text, read_key

ROOM_FOR_KEY_AND_INFORMATION = 73
SINGLE_USE = field("01", "12")
Given = ParamSpec("Given")


def write_static(
    *,
    key: str,
    name: str,
    city: str,
    amount: Decimal | None = None,
    txid: str | None = None,
    information: str | None = None,
    mcc: str = "0000",
) -> str:
    """A code that carries the receiver's key. Without an amount (reais) the payer types it; without a txid it is `***`.

    Key, name, city and information are normalised, never cut. Raises BRCodeFieldInvalid, which names each argument that
    does not fit.
    """
    fit = Fit()
    receiving_key = fit(normalised_key, key)
    account = field("00", GUI) + field("01", receiving_key)
    if information:
        account += field("02", fit(fitting, "information", information, longest_information(receiving_key)))
    fields = (
        field("00", "01")
        + field("26", account)
        + field("52", fit(checked_mcc, mcc))
        + field("53", "986")
        + ("" if amount is None else field("54", fit(written_amount, amount)))
        + receiver(fit, name, city)
        + field("62", field("05", NO_TXID if txid is None else fit(checked_txid, txid)))
    )
    fit.refuse_faults()
    return sealed(fields)


def write_dynamic(*, location: str, name: str, city: str, mcc: str = "0000") -> str:
    """A code for one payment that only says where the payload is: `location` is host and path without a scheme.

    The amount is not in it, so the code stays the same when the charge changes. Raises BRCodeFieldInvalid.
    """
    fit = Fit()
    fields = (
        field("00", "01")
        + SINGLE_USE
        + field("26", field("00", GUI) + field("25", fit(checked_location, location)))
        + field("52", fit(checked_mcc, mcc))
        + field("53", "986")
        + receiver(fit, name, city)
        + field("62", field("05", NO_TXID))
    )
    fit.refuse_faults()
    return sealed(fields)


class Fit:
    """Writes one value after the other and keeps what does not fit, so that all of it is said at once."""

    def __init__(self) -> None:
        self.faults: dict[str, str | Promise] = {}

    def __call__(self, write: Callable[Given, str], *given: Given.args, **named: Given.kwargs) -> str:
        try:
            return write(*given, **named)
        except BRCodeFieldInvalid as invalid:
            self.faults.update(invalid.faults)
            return ""

    def refuse_faults(self) -> None:
        if self.faults:
            raise BRCodeFieldInvalid(self.faults)


def longest_information(key: str) -> int:
    """How many characters of additional information fit beside a normalised key (0 beside one of 77)."""
    return max(0, min(LONGEST_INFORMATION, ROOM_FOR_KEY_AND_INFORMATION - len(key)))


def receiver(fit: Fit, name: str, city: str) -> str:
    return (
        field("58", "BR")
        + field("59", fit(fitting, "name", name, LONGEST_NAME))
        + field("60", fit(fitting, "city", city, LONGEST_CITY))
    )


def normalised_key(key: str) -> str:
    try:
        return read_key(key).value
    except PixTextRefused as refused:
        raise BRCodeFieldInvalid({"key": refused.sentence}) from refused


def fitting(argument: str, text: str, longest: int) -> str:
    try:
        return brcode_text(text, longest)
    except PixTextRefused as refused:
        raise BRCodeFieldInvalid({argument: refused.sentence}) from refused


def written_amount(amount: Decimal) -> str:
    if not (amount.is_finite() and 0 < amount <= LARGEST):
        raise BRCodeFieldInvalid({"amount": format_lazy(_("Send an amount from 0.01 to {most}."), most=LARGEST)})
    if amount != with_cents(amount):
        raise BRCodeFieldInvalid({"amount": _("An amount has at most two decimals.")})
    return str(with_cents(amount))


def checked_txid(txid: str) -> str:
    return _matching("txid", txid, bool(TXID_FORM.fullmatch(txid)), _("A txid has 1 to 25 letters and digits."))


def checked_mcc(mcc: str) -> str:
    return _matching("mcc", mcc, bool(MCC_FORM.fullmatch(mcc)), _("A merchant category has four digits."))


def checked_location(location: str) -> str:
    good = len(location) <= LONGEST_LOCATION and not SCHEME.match(location) and HOST_AND_PATH.fullmatch(location)
    sentence = _("The address is a host and a path without https://, at most 77 characters.")
    return _matching("location", location, bool(good), sentence)


def _matching(argument: str, value: str, good: bool, sentence: Promise) -> str:
    if not good:
        raise BRCodeFieldInvalid({argument: sentence})
    return value
