"""What decides in the sandbox: the cents of an amount, where 01 means 10.01, not 10.11, and the last digit of a card's
number (API.md 8)."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from core.money import cents
from gateways.protocols import CardState
from gateways.sandbox.models import SandboxRefund

TEST_PAYER = ("12345678909", "Pessoa de Teste")
PAYER_BANK = "99999999"
LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

APPROVED, UNDER_REVIEW = "00", ""
INVALID_CARD, SUSPECTED_FRAUD, TIMED_OUT = "14", "59", "99"
NOT_POSSIBLE, ABOVE_REMAINING = "120", "102"  # the acquirer's own codes for follow-ups
CODES = {"2": "05", "3": "57", "5": "78", "6": TIMED_OUT, "7": "77", "8": "70", "9": UNDER_REVIEW}
SILENCE = timedelta(seconds=15)
REVIEW = timedelta(minutes=1)


def pays_itself(amount: Decimal) -> bool:
    return cents(amount) == 1


def payment_moment(created_at: datetime, expires_at: datetime) -> datetime:
    """5 to 20 s after creation, or within the second half of a shorter life."""
    latest = (expires_at - created_at).total_seconds()
    seconds = random.uniform(5, 20)  # noqa: S311 - nothing depends on it being secret
    return created_at + timedelta(seconds=seconds if seconds < latest else latest * random.uniform(0.5, 0.9))  # noqa: S311


def refund_fate(amount: Decimal) -> tuple[str, str]:
    """(outcome, reason): FAILED AM04 for cents 02, neither for 03, which waits for the sandbox call, else COMPLETED."""
    match cents(amount):
        case 2:
            return SandboxRefund.Outcome.FAILED, "AM04"
        case 3:
            return "", ""
        case _:
            return SandboxRefund.Outcome.COMPLETED, ""


def refund_moment(created_at: datetime) -> datetime:
    return created_at + timedelta(seconds=random.uniform(2, 4.5))  # noqa: S311


def end_to_end_id(moment: datetime, *, prefix: str = "E") -> str:
    """32 characters: E or D, the bank's ISPB, the minute in UTC, eleven random letters and digits."""
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return f"{prefix}{PAYER_BANK}{moment:%Y%m%d%H%M}" + "".join(random.choices(alphabet, k=11))  # noqa: S311


def card_code(last4: str) -> str:
    """The acquirer's return code for a sale: of the number's last digit."""
    return CODES.get(last4[-1:], APPROVED)


def card_state(code: str) -> CardState:
    match code:
        case "00":
            return CardState.APPROVED
        case "":
            return CardState.UNDER_REVIEW
        case _:
            return CardState.DENIED


def authorization_code() -> str:
    return "".join(random.choices(LETTERS_AND_DIGITS, k=6))  # noqa: S311
