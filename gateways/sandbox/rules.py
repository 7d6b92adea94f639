"""What decides in the sandbox: the cents of an amount (API.md 8). 01 means 10.01, not 10.11."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from core.money import cents
from gateways.sandbox.models import SandboxRefund

TEST_PAYER = ("12345678909", "Pessoa de Teste")
PAYER_BANK = "99999999"


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
