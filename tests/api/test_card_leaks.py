"""No card number and no CVV outlives its request (API.md 6.6): not in a row, a key, a line of the log or an answer."""

import base64
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from core import clock, valkey
from core.actor import BRASILIA
from gateways.sandbox.cards import SandboxAcquirer
from tests.api.shop import CARDS, card, sale
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS
from tests.leaks import everything_kept, found

pytestmark = pytest.mark.django_db
TOKENS, RECURRENCES = "/v1/credit-card/tokens", "/v1/credit-card/recurrences"
ALL = [number for numbers in NUMBERS.values() for number in numbers.values()]
GROUPED = {number: " ".join(number[start : start + 4] for start in range(0, len(number), 4)) for number in ALL}


class Heard:
    """Calls the API and keeps all that was answered."""

    def __init__(self, merchant: Merchant) -> None:
        self.merchant, self.answers = merchant, b""

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.merchant.call(method, path, body, **more)
        self.answers += answer.content + str(answer.headers).encode()
        return answer


def every_good_call(heard: Heard, number: str) -> None:
    """A sale with its replay and another body under its key, and all that follows it."""
    key, body = str(uuid.uuid4()), sale(card=card(number), saveCard=True, customerId="cliente-77")
    made = heard.call("POST", CARDS, body, key=key).json()
    heard.call("POST", CARDS, body, key=key)
    heard.call("POST", CARDS, {**body, "amount": 1}, key=key)
    heard.call("POST", CARDS, {**body, "orderId": made["orderId"]})
    heard.call("GET", f"{CARDS}/{made['transactionId']}")
    heard.call("GET", f"/v1/requests/{key}")
    for method, path in (
        ("POST", f"/v1/operations/{made['transactionId']}/rebuilds"),
        ("POST", f"/v1/operations/{made['transactionId']}/chargebacks"),
        ("PUT", f"{CARDS}/{made['transactionId']}/cancel"),
        ("POST", f"/v1/sandbox/card-transactions/{made['transactionId']}/approve"),
    ):
        heard.call(method, path)
    kept = heard.call("POST", TOKENS, {"card": card(number), "customerId": "cliente-77"}).json()
    heard.call("POST", f"{TOKENS}/{kept['token']}/transactions", {"amount": 1})
    heard.call("POST", RECURRENCES, recurrence(card=card(number)))
    later = (clock.now() + timedelta(days=9)).date().isoformat()
    heard.call("POST", RECURRENCES, recurrence(card=card(number), firstTransactionDate=later, validateCard=True))


def recurrence(**facts: Any) -> dict[str, Any]:
    return {
        "type": "INDETERMINATE",
        "recurrenceFrequency": "MONTHLY",
        "firstTransactionDate": clock.today(BRASILIA).isoformat(),
        "amount": 10,
        "customer": {"name": "Marina", "document": "12345678909"},
        **facts,
    }


def every_bad_call(heard: Heard, number: str) -> None:
    """The number where it does not belong, and beside what is refused."""
    typed, grouped = card(number), GROUPED[number]
    for body in (
        sale(card={**typed, "cvv": "1"}),
        sale(card={**typed, "expirationDate": "2020-01"}),
        sale(card={**typed, "number": grouped}),
        sale(card={**typed, "number": int(number)}),
        sale(card={**typed, "number": number[:-1] + str((int(number[-1]) + 1) % 10)}),
        sale(card={**typed, "holderName": grouped}),
        sale(card={**typed, "cvv": number}),
        sale(card=number),
        sale(card=typed, numberInstallments=13),
        sale(card=typed, type="DEBIT"),
        sale(card=typed, description=grouped),
        sale(card=typed, **{number: 1}),
        sale(card={**typed, number: grouped}),
    ):
        heard.call("POST", CARDS, body)
    for place, body in ((TOKENS, {"customerId": "c"}), (RECURRENCES, recurrence())):
        for bad in ({"card": {**typed, "number": grouped}}, {"card": {**typed, number: 1}}, {"card": number}):
            heard.call("POST", place, {**body, **bad})
        heard.call("POST", place, {**body, "card": typed, "customerId": number})
    heard.call("POST", CARDS, json.dumps(sale(card=typed)).encode()[:-3])
    heard.call("POST", CARDS, b'{"%b": 1, "%b": 2}' % (number.encode(), number.encode()))
    heard.call("POST", f"{CARDS}?number={number}", sale(card=typed))
    heard.call("POST", f"{CARDS}?{number}=1", sale(card=typed))
    heard.call("POST", CARDS, sale(card=typed), key=number)


def test_nothing_of_a_card_is_kept_or_told(
    merchant: Merchant, settings: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    heard = Heard(merchant)
    for number in ALL:
        every_good_call(heard, number)
        every_bad_call(heard, number)
    kept = everything_kept()
    assert kept.count(b"**** ") > len(ALL)
    assert found(ALL, kept) == []
    assert b'"cvv"' not in kept.lower()
    assert found(ALL, caplog.text.encode() + capsys.readouterr().out.encode()) == []
    assert found(ALL, heard.answers) == []


@pytest.mark.parametrize("broken", ["authorize", "tokenize"])
def test_a_crash_while_a_card_is_in_hand_tells_nothing_of_it(
    merchant: Merchant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    def crash(_acquirer: SandboxAcquirer, shown: Any, **_more: Any) -> None:
        raise RuntimeError(f"no route to the acquirer for {shown}")

    monkeypatch.setattr(SandboxAcquirer, broken, crash)
    heard = Heard(merchant)
    answer = heard.call("POST", CARDS, sale(card=card(ALL[0]), saveCard=True, customerId="cliente-77"))
    assert answer.status_code == 500
    lines = caplog.text + capsys.readouterr().out
    assert "no route to the acquirer" in lines
    assert found(ALL, lines.encode() + heard.answers + everything_kept()) == []


@pytest.mark.parametrize(
    "written",
    [
        ALL[0],
        GROUPED[ALL[0]],
        GROUPED[ALL[0]].replace(" ", "-"),
        GROUPED[ALL[0]].replace(" ", "%20"),
        "".join(f"%{ord(each):02X}" for each in ALL[0]),
        base64.b64encode(ALL[0].encode()).decode(),
        base64.b64encode(b'{"number":"' + ALL[0].encode() + b'"}').decode(),
        base64.urlsafe_b64encode(b"a=" + GROUPED[ALL[0]].encode() + b"&b").decode(),
        (b"\x00\x01" + ALL[0].encode() + b"\xff").hex(),
    ],
)
def test_this_search_would_find_one(written: str) -> None:
    assert found(ALL, f'before "{written}" after'.encode()) == [ALL[0]]
    store = valkey.client()
    store.set("limit:leak", written)
    assert found(ALL, everything_kept()) == [ALL[0]]
    store.delete("limit:leak")
    assert found(ALL, everything_kept()) == []
