"""Every return code means what the table of ABECS says (Normativo 21), and says to people what to do next."""

from collections import Counter

import pytest
from django.utils import translation

from core.cards import Brand
from gateways.abecs import TABLE, meaning
from gateways.sandbox import rules

REVERSIBLE, IRREVERSIBLE, FINAL = "retry", "never again", "nor anything recurring"
# reason, kind, codes of Elo, of Visa, of Mastercard, Hipercard and Hiper, of Amex; a dash where there is none.
ROWS = [
    ("NOT_AUTHORIZED", REVERSIBLE, "05", "05", "05", "100 FA"),
    ("INSUFFICIENT_FUNDS", REVERSIBLE, "51", "51", "51", "116 121 A5"),
    ("WRONG_PIN", REVERSIBLE, "55", "55 86", "55", "117 A6"),
    ("NOT_ALLOWED_FOR_CARD", IRREVERSIBLE, "57", "57", "-", "200"),
    ("NOT_ALLOWED_FOR_CARD", REVERSIBLE, "-", "-", "57", "-"),
    ("INVALID_CARD_NUMBER", IRREVERSIBLE, "14 56", "14", "14 1", "122 08"),
    ("SECURITY_BREACH", IRREVERSIBLE, "63", "N7", "-", "-"),
    ("SECURITY_BREACH", REVERSIBLE, "-", "-", "63", "-"),
    ("SUSPECTED_FRAUD", REVERSIBLE, "59", "59", "-", "-"),
    ("INVALID_MERCHANT", IRREVERSIBLE, "58", "03", "03", "109 DA"),
    ("REDO", REVERSIBLE, "04", "-", "-", "-"),
    ("CONSULT_ACQUIRER", REVERSIBLE, "06", "-", "-", "-"),
    ("ACQUIRER_PROBLEM", IRREVERSIBLE, "19", "19", "30", "-"),
    ("CARD_ERROR", IRREVERSIBLE, "12", "06", "-", "115 A2"),
    ("MESSAGE_FORMAT", IRREVERSIBLE, "30", "12", "-", "181 A3"),
    ("INVALID_AMOUNT", IRREVERSIBLE, "13", "13", "13", "110 JB"),
    ("INVALID_INSTALLMENTS", IRREVERSIBLE, "23", "-", "12", "-"),
    ("PIN_TRIES_EXCEEDED", REVERSIBLE, "38", "75", "75", "106 A4"),
    ("LOST_CARD", IRREVERSIBLE, "41", "41", "41", "-"),
    ("STOLEN_CARD", FINAL, "43", "43", "43", "FD"),
    ("EXPIRED_CARD", IRREVERSIBLE, "54", "54", "54", "101 BV"),
    ("TERMINAL_NOT_ALLOWED", IRREVERSIBLE, "-", "58", "58", "-"),
    ("OVER_WITHDRAWAL_LIMIT", REVERSIBLE, "61", "61 N4", "61", "-"),
    ("TEMPORARY_BLOCK", REVERSIBLE, "62", "62", "-", "-"),
    ("BELOW_MINIMUM", IRREVERSIBLE, "64", "-", "-", "-"),
    ("TOO_MANY_WITHDRAWALS", REVERSIBLE, "65", "65", "65", "-"),
    ("EXPIRED_PIN", IRREVERSIBLE, "83", "74 81", "88", "180 A7"),
    ("INVALID_DESTINATION_ACCOUNT", IRREVERSIBLE, "76", "-", "-", "-"),
    ("INVALID_ORIGIN_ACCOUNT", IRREVERSIBLE, "77", "-", "-", "-"),
    ("CARD_NOT_UNLOCKED", REVERSIBLE, "78", "78", "-", "-"),
    ("CRYPTOGRAM_REFUSED", IRREVERSIBLE, "82", "82", "-", "-"),
    ("ISSUER_UNAVAILABLE", REVERSIBLE, "91", "91", "91", "912 A1"),
    ("SYSTEM_FAILURE", REVERSIBLE, "96", "96", "96", "911 AE"),
    ("DIFFERS_FROM_PREAUTHORIZATION", IRREVERSIBLE, "-", "N8", "-", "-"),
    ("USE_CREDIT", REVERSIBLE, "AB", "52 53", "-", "-"),
    ("USE_DEBIT", REVERSIBLE, "AC", "39", "-", "-"),
    ("UNLOCK_WITH_NEW_PIN", IRREVERSIBLE, "P5", "-", "-", "-"),
    ("PIN_NOT_ACCEPTED", REVERSIBLE, "P6", "-", "-", "-"),
    ("COLLECT_CARD", IRREVERSIBLE, "-", "04", "04", "-"),
    ("CONFIRMED_FRAUD", IRREVERSIBLE, "-", "07", "-", "-"),
    ("ISSUER_NOT_FOUND", IRREVERSIBLE, "-", "15", "15", "-"),
    ("MONEY_LAUNDERING_RULE", IRREVERSIBLE, "-", "64", "-", "-"),
    ("INVALID_REVERSAL", IRREVERSIBLE, "-", "76", "-", "-"),
    ("ROUTING", IRREVERSIBLE, "-", "92", "92", "-"),
    ("BREACH_OF_LAW", IRREVERSIBLE, "-", "93", "-", "-"),
    ("DUPLICATE_TRACE", IRREVERSIBLE, "-", "94", "94", "-"),
    ("SURCHARGE_UNSUPPORTED", REVERSIBLE, "-", "B1 B2", "-", "-"),
    ("RECURRING_PAYMENT_STOPPED", FINAL, "-", "R0", "-", "-"),
    ("RECURRING_CONTRACT_STOPPED", FINAL, "-", "R1", "-", "-"),
    ("ALL_RECURRING_STOPPED", FINAL, "-", "R3", "-", "-"),
    ("CLOSED_ACCOUNT", FINAL, "46", "46", "62", "-"),
    ("IDENTITY_NOT_CONFIRMED", IRREVERSIBLE, "-", "6P", "-", "-"),
]
COLUMNS = [
    (Brand.ELO,),
    (Brand.VISA,),
    (Brand.MASTERCARD, Brand.HIPERCARD, Brand.HIPER),
    (Brand.AMEX,),
]


@pytest.mark.parametrize(("reason", "kind", "columns"), [(row[0], row[1], row[2:]) for row in ROWS])
def test_a_row_of_the_table(reason: str, kind: str, columns: tuple[str, ...]) -> None:
    for brands, codes in zip(COLUMNS, columns, strict=True):
        for brand, code in ((brand, code) for brand in brands for code in codes.split() if code != "-"):
            found = meaning(brand, code)
            assert (brand, code, found.reason) == (brand, code, reason)
            assert (found.retry_allowed, found.ends_recurrence) == (kind == REVERSIBLE, kind == FINAL)


def test_no_code_of_a_brand_stands_in_two_rows() -> None:
    places = Counter(place for _meaning, codes in TABLE for place in codes)
    assert [place for place, times in places.items() if times > 1] == []


@pytest.mark.parametrize("brand", Brand)
@pytest.mark.parametrize(
    ("code", "reason", "retry_allowed"),
    [
        (rules.APPROVED, "APPROVED", False),
        (rules.TIMED_OUT, "TIMED_OUT", True),
        (rules.ABOVE_REMAINING, "ABOVE_REMAINING", False),
        (rules.NOT_POSSIBLE, "NOT_POSSIBLE_FOR_SALE", False),
        (rules.CODES["8"], "CARD_ERROR", False),
    ],
)
def test_the_acquirers_own_codes_mean_the_same_for_every_brand(
    brand: Brand, code: str, reason: str, retry_allowed: bool
) -> None:
    found = meaning(brand, code)
    assert (found.reason, found.retry_allowed, found.ends_recurrence) == (reason, retry_allowed, False)


@pytest.mark.parametrize("brand", [*Brand, "", "A_NEW_BRAND"])
def test_a_code_that_nobody_knows_is_a_refusal_without_a_reason(brand: str) -> None:
    assert meaning(brand, "ZZ") == meaning(brand, "") == meaning(Brand.VISA, "05")


def test_a_brand_without_a_column_has_the_codes_that_brands_share() -> None:
    assert {brand: meaning(brand, "54").reason for brand in (Brand.JCB, Brand.DINERS, Brand.DISCOVER)} == dict.fromkeys(
        (Brand.JCB, Brand.DINERS, Brand.DISCOVER), "EXPIRED_CARD"
    )


def test_every_refusal_has_a_sentence_of_its_own_in_both_languages() -> None:
    sentences = []
    for language in ("en", "pt-br"):
        with translation.override(language):
            sentences += [str(found.text) for found in {each.reason: each for each, _codes in TABLE}.values()]
    assert [text for text, times in Counter(sentences).items() if times > 1] == []
    assert all(text.endswith(".") for text in sentences)
