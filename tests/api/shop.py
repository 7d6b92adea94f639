"""What the tests of card payments send again and again."""

from datetime import timedelta
from typing import Any

from core import clock
from core.cards import Brand
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS

CARDS = "/v1/credit-card/transactions"
APPROVED = NUMBERS[Brand.VISA]["1"]
PREAUTHORIZATION = {"capture": False}


def card(number: str = APPROVED) -> dict[str, str]:
    cvv = "1234" if number.startswith(("34", "37")) else "123"
    return {"holderName": "MARINA EXEMPLO", "number": number, "expirationDate": "2031-12", "cvv": cvv}


CARD = card()


def sale(**facts: Any) -> dict[str, Any]:
    return {"amount": 100, "card": CARD, **facts}


def sell(merchant: Merchant, **facts: Any) -> dict[str, Any]:
    answer = merchant.post(CARDS, sale(**facts))
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def authorize(merchant: Merchant, **facts: Any) -> dict[str, Any]:
    return sell(merchant, **{**PREAUTHORIZATION, **facts})


def this_week() -> str:
    """The dates of a list that shows what a test has made."""
    today = clock.now().date()
    return f"initialDate={today - timedelta(days=3)}&endDate={today + timedelta(days=3)}"
