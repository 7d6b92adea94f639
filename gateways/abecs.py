"""What a return code means, by brand: the standard table of ABECS (Normativo 21, as acquirers publish it).

Some brands give one code to several reasons; here it stands with the one that an online shop in Brazil meets. The
column `other` holds what the brands share and the acquirer's own codes; it is read where a brand's column has nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.cards import Brand


@dataclass(frozen=True, slots=True)
class Meaning:
    """`reason` never changes. `text` says what to do next. Without `retry_allowed` the same card must not be tried
    again for it, with `ends_recurrence` nothing recurring either."""

    reason: str
    text: str | Promise
    retry_allowed: bool
    ends_recurrence: bool = False


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one reason in each brand's column, separated by spaces."""

    elo: str = ""
    visa: str = ""
    mastercard: str = ""
    amex: str = ""
    other: str = ""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for column in fields(self):
            for code in getattr(self, column.name).split():
                yield column.name, code


COLUMNS: dict[str, str] = {
    Brand.ELO: "elo",
    Brand.VISA: "visa",
    Brand.MASTERCARD: "mastercard",
    Brand.HIPERCARD: "mastercard",
    Brand.HIPER: "mastercard",
    Brand.AMEX: "amex",
}
OTHER = "other"

Row = tuple[Meaning, Codes]


def reversible(reason: str, text: str | Promise, codes: Codes) -> Row:
    return Meaning(reason, text, retry_allowed=True), codes


def irreversible(reason: str, text: str | Promise, codes: Codes) -> Row:
    return Meaning(reason, text, retry_allowed=False), codes


def final(reason: str, text: str | Promise, codes: Codes) -> Row:
    return Meaning(reason, text, retry_allowed=False, ends_recurrence=True), codes


APPROVED: Row = (Meaning("APPROVED", _("Approved."), retry_allowed=False), Codes(other="00"))
NOT_AUTHORIZED = reversible(
    "NOT_AUTHORIZED",
    _("The issuer did not authorize it and gives no reason. Ask the cardholder to call the issuer, then try again."),
    Codes("05", "05", "05", "100 FA", "05"),
)
NOT_ALLOWED = _("The issuer does not allow this purchase with this card. Ask for another card.")
BREACHED = _("The issuer suspects that the card's security was breached. Ask for another card.")

TABLE: tuple[Row, ...] = (
    APPROVED,
    NOT_AUTHORIZED,
    final(
        "STOLEN_CARD",
        _("The card was reported as stolen. Do not try it again: ask for another way to pay."),
        Codes("43", "43", "43", "FD", "43"),
    ),
    final(
        "CLOSED_ACCOUNT",
        _("The card's account was closed. Do not try it again: ask for another card."),
        Codes("46", "46", "62", other="46"),
    ),
    reversible(
        "INSUFFICIENT_FUNDS",
        _("The card has no limit or balance left for it. Try again later, with a lower amount or with another card."),
        Codes("51", "51", "51", "116 121 A5", "51"),
    ),
    reversible(
        "WRONG_PIN",
        _("The PIN is wrong. Ask the cardholder to type it again."),
        Codes("55", "55 86", "55", "117 A6", "55"),
    ),
    irreversible("NOT_ALLOWED_FOR_CARD", NOT_ALLOWED, Codes("57", "57", amex="200", other="57")),
    reversible("NOT_ALLOWED_FOR_CARD", NOT_ALLOWED, Codes(mastercard="57")),
    irreversible(
        "INVALID_CARD_NUMBER",
        _("The card's number is not valid. Check the number, or ask for another card."),
        Codes("14 56", "14", "14 1", "122 08", "14"),
    ),
    irreversible("SECURITY_BREACH", BREACHED, Codes("63", "N7")),
    reversible("SECURITY_BREACH", BREACHED, Codes(mastercard="63")),
    reversible(
        "SUSPECTED_FRAUD",
        _("The issuer suspects a fraud, or does not know that the cardholder travels. Ask them to call the issuer."),
        Codes("59", "59", other="59"),
    ),
    irreversible(
        "INVALID_MERCHANT",
        _("The merchant's registration is not valid for this brand. Tell support."),
        Codes("58", "03", "03", "109 DA"),
    ),
    reversible("REDO", _("The issuer asks to have it sent again. Try again."), Codes("04")),
    reversible("CONSULT_ACQUIRER", _("The issuer refers to the acquirer. Tell support, then try again."), Codes("06")),
    irreversible(
        "ACQUIRER_PROBLEM",
        _("The acquirer could not send it to the issuer. Tell support."),
        Codes("19", "19", "30"),
    ),
    irreversible(
        "CARD_ERROR",
        _("There is a problem with the card. Ask for another card."),
        Codes("12", "06", amex="115 A2", other="70"),
    ),
    irreversible(
        "MESSAGE_FORMAT",
        _("The issuer could not read the message. Tell support."),
        Codes("30", "12", amex="181 A3"),
    ),
    irreversible(
        "INVALID_AMOUNT",
        _("The amount is not valid for this card. Check the amount."),
        Codes("13", "13", "13", "110 JB", "13"),
    ),
    irreversible(
        "INVALID_INSTALLMENTS",
        _("The card does not take this number of installments. Choose another number."),
        Codes("23", mastercard="12"),
    ),
    reversible(
        "PIN_TRIES_EXCEEDED",
        _("The PIN was typed wrong too often. Ask the cardholder to call the issuer, or for another card."),
        Codes("38", "75", "75", "106 A4"),
    ),
    irreversible(
        "LOST_CARD",
        _("The card was reported as lost. Do not try it again: ask for another card."),
        Codes("41", "41", "41", other="41"),
    ),
    irreversible(
        "EXPIRED_CARD",
        _("The card has expired. Ask for another card, or for the new date."),
        Codes("54", "54", "54", "101 BV", "54"),
    ),
    irreversible(
        "TERMINAL_NOT_ALLOWED",
        _("The card cannot be used at this kind of terminal. Ask for another card."),
        Codes(visa="58", mastercard="58"),
    ),
    reversible(
        "OVER_WITHDRAWAL_LIMIT",
        _("The amount is above the card's limit for a withdrawal. Try a lower amount or another card."),
        Codes("61", "61 N4", "61", other="61"),
    ),
    reversible(
        "TEMPORARY_BLOCK",
        _("The card is blocked for the moment. Ask the cardholder to call the issuer, or for another card."),
        Codes("62", "62"),
    ),
    irreversible(
        "BELOW_MINIMUM",
        _("The amount is below the least that the card takes. Charge more, or ask for another way to pay."),
        Codes("64"),
    ),
    reversible(
        "TOO_MANY_WITHDRAWALS",
        _("The card was used too often in this period. Try again later or with another card."),
        Codes("65", "65", "65", other="65"),
    ),
    irreversible(
        "EXPIRED_PIN",
        _("The PIN has expired or could not be read. Ask the cardholder to call the issuer, or for another card."),
        Codes("83", "74 81", "88", "180 A7"),
    ),
    irreversible(
        "INVALID_DESTINATION_ACCOUNT",
        _("The destination account is not valid. Ask for another card."),
        Codes("76"),
    ),
    irreversible(
        "INVALID_ORIGIN_ACCOUNT",
        _("The account behind the card is not valid. Ask for another card."),
        Codes("77"),
    ),
    reversible(
        "CARD_NOT_UNLOCKED",
        _("The card was not unlocked yet. Ask the cardholder to unlock it with the issuer, then try again."),
        Codes("78", "78", other="78"),
    ),
    irreversible(
        "CRYPTOGRAM_REFUSED",
        _("The card's security code or chip could not be verified. Check the code, or ask for another card."),
        Codes("82", "82"),
    ),
    reversible(
        "ISSUER_UNAVAILABLE",
        _("The issuer cannot be reached. Try again in a few minutes."),
        Codes("91", "91", "91", "912 A1", "91"),
    ),
    reversible(
        "SYSTEM_FAILURE",
        _("The issuer's or the brand's system failed. Try again in a few minutes."),
        Codes("96", "96", "96", "911 AE", "96"),
    ),
    irreversible(
        "DIFFERS_FROM_PREAUTHORIZATION",
        _("It differs from what was pre-authorized. Make a new sale with the right amount."),
        Codes(visa="N8"),
    ),
    reversible("USE_CREDIT", _("This card does credit only. Try again as credit."), Codes("AB", "52 53")),
    reversible("USE_DEBIT", _("This card does debit only. Ask for another card."), Codes("AC", "39")),
    irreversible(
        "UNLOCK_WITH_NEW_PIN",
        _("The card must be unlocked with its new PIN. Ask the cardholder to call the issuer."),
        Codes("P5"),
    ),
    reversible(
        "PIN_NOT_ACCEPTED",
        _("The new PIN was not accepted. Ask the cardholder to choose another one, then try again."),
        Codes("P6"),
    ),
    irreversible(
        "COLLECT_CARD",
        _("The issuer wants the card back. Do not try it again: ask for another way to pay."),
        Codes(visa="04", mastercard="04"),
    ),
    irreversible(
        "CONFIRMED_FRAUD",
        _("The issuer confirmed a fraud. Do not try it again and do not deliver."),
        Codes(visa="07"),
    ),
    irreversible(
        "ISSUER_NOT_FOUND",
        _("No issuer belongs to this number. Check the number, or ask for another card."),
        Codes(visa="15", mastercard="15"),
    ),
    irreversible(
        "MONEY_LAUNDERING_RULE",
        _("A rule against money laundering forbids it. Ask for another way to pay."),
        Codes(visa="64"),
    ),
    irreversible(
        "INVALID_REVERSAL",
        _("The issuer knows no sale that could be undone. Look at the sale before you go on."),
        Codes(visa="76"),
    ),
    irreversible(
        "ROUTING",
        _("The brand found no way to the issuer. Ask for another card."),
        Codes(visa="92", mastercard="92"),
    ),
    irreversible(
        "BREACH_OF_LAW",
        _("The law forbids this purchase. Do not try it again."),
        Codes(visa="93"),
    ),
    irreversible(
        "DUPLICATE_TRACE",
        _("The issuer has seen this sale already. Look at the sale before you send another one."),
        Codes(visa="94", mastercard="94"),
    ),
    reversible(
        "SURCHARGE_UNSUPPORTED",
        _("The card takes no surcharge. Try again without it."),
        Codes(visa="B1 B2"),
    ),
    final(
        "RECURRING_PAYMENT_STOPPED",
        _("The cardholder had this recurring payment stopped. Talk to them: do not charge it again."),
        Codes(visa="R0"),
    ),
    final(
        "RECURRING_CONTRACT_STOPPED",
        _("The cardholder had all payments of this contract stopped. Talk to them: do not charge it again."),
        Codes(visa="R1"),
    ),
    final(
        "ALL_RECURRING_STOPPED",
        _("The cardholder had every recurring payment stopped. Talk to them: do not charge it again."),
        Codes(visa="R3"),
    ),
    irreversible(
        "IDENTITY_NOT_CONFIRMED",
        _("The cardholder's document does not match the card. Check the document, or ask for another card."),
        Codes(visa="6P"),
    ),
    irreversible(
        "CANCELLED_CARD",
        _("The card was cancelled. Do not try it again: ask for another card."),
        Codes(other="77"),
    ),
    reversible(
        "TIMED_OUT",
        _("The acquirer heard nothing from the issuer in time and charged nothing. Try again."),
        Codes(other="99"),
    ),
    irreversible(
        "ABOVE_REMAINING",
        _("The amount is above what is left of the sale. Choose a lower amount."),
        Codes(other="102"),
    ),
    irreversible(
        "NOT_POSSIBLE_FOR_SALE",
        _("The acquirer does not allow this for the sale in its present state. Look at the sale before you go on."),
        Codes(other="120"),
    ),
)


MEANINGS = {place: meaning for meaning, codes in TABLE for place in codes}


def meaning(brand: str, code: str) -> Meaning:
    """What the acquirer's `code` for a card of `brand` means. One that nobody knows is a refusal without a reason."""
    column = COLUMNS.get(brand, OTHER)
    unknown, _codes = NOT_AUTHORIZED
    return MEANINGS.get((column, code)) or MEANINGS.get((OTHER, code)) or unknown
