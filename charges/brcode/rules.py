"""The rules of a BR Code, each by its name: those that a reader enforces and those that bind only a writer."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from charges.brcode.code import NO_TXID, Kind
from charges.brcode.errors import Problem
from charges.brcode.tlv import CRC_DIGITS, crc
from charges.brcode.tree import Tree
from core.pix import has_form_of_key

LONGEST_CODE = 512
LONGEST_NAME, LONGEST_CITY, LONGEST_TXID, LONGEST_INFORMATION, LONGEST_LOCATION = 25, 15, 25, 72, 77
LONGEST = {"54": 13, "59": LONGEST_NAME, "60": LONGEST_CITY, "61": 10}

MCC_FORM = re.compile(r"\d{4}", re.ASCII)
AMOUNT_FORM = re.compile(r"\d+(\.\d{0,2})?", re.ASCII)
TWO_DECIMALS = re.compile(r"\d+\.\d{2}", re.ASCII)
ISPB_FORM = re.compile(r"[0-9A-Z]{8}", re.ASCII)
TXID_FORM = re.compile(rf"[A-Za-z0-9]{{1,{LONGEST_TXID}}}", re.ASCII)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.ASCII | re.IGNORECASE)
HOST_AND_PATH = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?/[!-~]+", re.ASCII | re.IGNORECASE)


def structural_problems(text: str) -> Iterator[Problem]:
    """What makes the text not worth taking apart."""
    if len(text) > LONGEST_CODE:
        yield Problem("too_long")
    for position, character in enumerate(text):
        if unicodedata.category(character) in ("Cc", "Cs"):
            yield Problem("character", str(position))
            return


def reading_problems(tree: Tree) -> Iterator[Problem]:
    """Every rule that a reader must enforce, in an order that names the cause before its consequences."""
    if tree.layout.broken:
        rule, position = tree.layout.broken.rsplit("_", 1)
        yield Problem(f"tlv:{rule}_", position)
        return
    yield from _frame(tree)
    yield from _nesting(tree)
    yield from _fixed_values(tree)
    yield from _amount(tree)
    yield from _receiver(tree)
    yield from _account(tree)
    yield from _recurrence(tree)
    yield from _txid(tree)


def writing_problems(tree: Tree) -> Iterator[Problem]:
    """What a reader lets pass and a writer must not write. The code is readable."""
    static = tree.kind in (Kind.STATIC, Kind.STATIC_RECURRENCE)
    dynamic = tree.kind in (Kind.DYNAMIC, Kind.DYNAMIC_RECURRENCE)
    key, amount, txid = tree.account("01"), tree["54"], tree.additional("05") or ""
    if key is not None and not has_form_of_key(key):
        yield Problem("key_not_in_DICT_form")
    if dynamic and txid != NO_TXID:
        yield Problem("txid_in_dynamic_ignored")
    elif txid != NO_TXID and not TXID_FORM.fullmatch(txid):
        yield Problem("txid_charset")
    if amount is not None and not TWO_DECIMALS.fullmatch(amount):
        yield Problem("amount_not_two_decimals")
    if amount is not None and dynamic:
        yield Problem("amount_in_dynamic_ignored")
    if amount is not None and static and Decimal(amount) == 0 and tree.account("03") is None:
        yield Problem("amount_zero")
    if tree.additional("50") is not None:
        yield Problem("obsolete_62_50")
    if tree.text[-CRC_DIGITS:] != tree.text[-CRC_DIGITS:].upper():
        yield Problem("crc_lower_case")
    yield from _foreign_letters(tree)


def _foreign_letters(tree: Tree) -> Iterator[Problem]:
    for field, value in tree.layout.fields:
        if not value.isascii():
            yield Problem("not_ascii_", field)


def _frame(tree: Tree) -> Iterator[Problem]:
    fields = tree.layout.fields
    if not fields or fields[0] != ("00", "01"):
        yield Problem("00_first")
    if not fields or fields[-1][0] != "63":
        yield Problem("63_last")
    wrong_size = tree["63"] is not None and len(tree["63"] or "") != CRC_DIGITS
    if wrong_size or tree.text[-CRC_DIGITS:].upper() != crc(tree.text[:-CRC_DIGITS]):
        yield Problem("crc")


def _nesting(tree: Tree) -> Iterator[Problem]:
    for field in tree.layout.repeated():
        yield Problem("duplicate_id", field)
    for template in tree.templates:
        if template.layout.broken:
            yield Problem("tlv_in_", template.field)
        for inner in template.layout.repeated():
            yield Problem("duplicate_id", f"{template.field}.{inner}")


def _fixed_values(tree: Tree) -> Iterator[Problem]:
    if tree["53"] != "986":
        yield Problem("currency")
    if tree["58"] != "BR":
        yield Problem("country")
    if not MCC_FORM.fullmatch(tree["52"] or ""):
        yield Problem("mcc")
    if tree["01"] not in (None, "11", "12"):
        yield Problem("01_value")


def _amount(tree: Tree) -> Iterator[Problem]:
    amount = tree["54"]
    if amount is not None and not AMOUNT_FORM.fullmatch(amount):
        yield Problem("amount_form")


def _receiver(tree: Tree) -> Iterator[Problem]:
    for field in ("59", "60"):
        if tree[field] is None:
            yield Problem("missing_", field)
    for field, longest in LONGEST.items():
        if len(tree[field] or "") > longest:
            yield Problem("too_long_", field)


def _account(tree: Tree) -> Iterator[Problem]:
    if not tree.accounts:
        yield Problem("no_pix_template")
        return
    if len(tree.accounts) > 1:
        yield Problem("two_pix_templates")
    # Key and address need no test: beside the name of the arrangement a template of 99 has room for 77.
    if len(tree.account("02") or "") > LONGEST_INFORMATION:
        yield Problem("too_long_", f"{tree.accounts[0].field}_02")
    key, location, provider = tree.account("01"), tree.account("25"), tree.account("03")
    if key is not None and location is not None:
        yield Problem("key_and_url")
    if key is None and location is None and not tree.recurrences:
        yield Problem("no_key_or_url")
    if location is not None:
        yield from _location(location, "25")
    if provider is not None and location is not None:
        yield Problem("fss_beside_url")
    if provider is not None and not ISPB_FORM.fullmatch(provider):
        yield Problem("fss_form")


def _recurrence(tree: Tree) -> Iterator[Problem]:
    if len(tree.recurrences) > 1:
        yield Problem("two_pix_templates")
    for template in tree.recurrences:
        location = template["25"]
        if location is None:
            yield Problem("url_missing", template.field)
        else:
            yield from _location(location, f"{template.field}.25")


def _location(location: str, place: str) -> Iterator[Problem]:
    if SCHEME.match(location):
        yield Problem("url_scheme", place)
    elif not HOST_AND_PATH.fullmatch(location):
        yield Problem("url_form", place)


def _txid(tree: Tree) -> Iterator[Problem]:
    txid = tree.additional("05")
    if txid is None:
        yield Problem("missing_", "62_05")
    elif len(txid) > LONGEST_TXID:
        yield Problem("too_long_", "62_05")
    elif not txid.isascii():
        yield Problem("txid_charset")
