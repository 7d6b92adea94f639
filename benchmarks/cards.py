"""What is measured of cards against one database, in a process of its own: `python -m benchmarks.cards`.

Prints one JSON object.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks.inside import SHOP, Merchant, a_second, page_of, vars_of  # sets Django up

# isort: split
import orjson

from accounts.models import Client, User
from accounts.queries import memberships_of, person
from astrapay_portal.demo.people import PEOPLE
from benchmarks.timing import Times, cpu_of
from tests.transactions.conftest import do, sell
from transactions.states import Action

SALE = orjson.dumps(
    {
        "amount": 100.00,
        "card": {
            "holderName": "MARINA EXEMPLO",
            "number": "4111111111110071",
            "expirationDate": "2031-12",
            "cvv": "123",
        },
        "numberInstallments": 3,
        "paymentType": "PARCELADO_LOJA",
        "userReference": "bench",
    }
)
OPERATIONS = 100


def seller() -> Callable[[], None]:
    merchant = Merchant()

    def sell_one() -> None:
        answer = merchant.call("POST", "/v1/credit-card/transactions", SALE)
        if answer.status_code != 201:
            raise RuntimeError(f"{answer.status_code}: {answer.content!r}")

    return sell_one


def sales() -> dict[str, float]:
    return {"a second": a_second(seller, 200), "cpu ms": cpu_of(seller())}


def detail() -> dict[str, float]:
    """The page of a payment that was captured again and again."""
    email = PEOPLE[0].email
    shop = Client.objects.get(public_id=SHOP)
    membership = memberships_of(User.objects.get(email=email)).get(client=shop)
    actor = person(membership, request_id=None)
    payment = sell(actor, capture=False, amount=Decimal("1000.00"))
    for _ in range(OPERATIONS - 1):
        do(actor, payment.operation, Action.CAPTURE, "1.00")
    return vars_of(Times.of(page_of(email, f"/transactions/credit-card/{payment.operation.operation_id}")))


def measured() -> dict[str, Any]:
    return {"sales": sales(), "detail": detail(), "operations": OPERATIONS}


if __name__ == "__main__":
    print(json.dumps(measured()))
