"""Reads any BR Code of Pix: static, dynamic, recurrence only and composite."""

from decimal import Decimal

from charges.brcode.code import NO_TXID, BRCode
from charges.brcode.errors import BRCodeRefused, Problem
from charges.brcode.rules import reading_problems, structural_problems, writing_problems
from charges.brcode.tree import Tree
from core.money import with_cents


def read(text: str) -> BRCode:
    """What a code says, read tolerantly: accents, lower-case CRC, a free order of fields and foreign templates pass.

    The text must be as received: even a Unicode normalisation changes the bytes that the CRC covers. Raises
    BRCodeRefused, which names the rule broken.
    """
    tree = _readable(text)
    txid, amount = tree.additional("05"), tree["54"]
    kind = tree.kind
    if kind is None:
        raise BRCodeRefused([Problem("no_key_or_url")])
    return BRCode(
        kind=kind,
        fields=tree.fields,
        point_of_initiation=tree["01"],
        key=tree.account("01"),
        information=tree.account("02"),
        withdrawal_provider=tree.account("03"),
        location=tree.account("25"),
        recurrence_location=tree.recurrence("25"),
        merchant_category=tree["52"] or "",
        currency=tree["53"] or "",
        amount=None if amount is None else with_cents(Decimal(amount)),
        country=tree["58"] or "",
        name=tree["59"] or "",
        city=tree["60"] or "",
        postal_code=tree["61"],
        txid=None if txid == NO_TXID else txid,
        crc=tree["63"] or "",
        warnings=tuple(writing_problems(tree)),
    )


def problems_when_emitting(text: str) -> list[Problem]:
    """Every rule that a code of ours would break, those of reading included: empty means strictly right."""
    try:
        return list(read(text).warnings)
    except BRCodeRefused as refused:
        return list(refused.problems)


def _readable(text: str) -> Tree:
    """The text taken apart. Raises BRCodeRefused with every rule of reading that it breaks."""
    problems = list(structural_problems(text))
    tree = Tree(text)
    problems += [] if problems else reading_problems(tree)
    if problems:
        raise BRCodeRefused(problems)
    return tree
