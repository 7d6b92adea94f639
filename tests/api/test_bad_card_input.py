"""One table: every field of API.md 6.6 and 6.7 with every kind of bad value. Each is refused, named, and changes
nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.shop import CARD, CARDS, authorize, sale, sell, this_week
from tests.api.test_bad_input import (
    LONG,
    MONEY_TEXTS,
    NOT_A_FLAG,
    NOT_MONEY,
    NOT_TEXTUAL,
    Raw,
    refused,
    written,
)
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS
from tests.rows import everything

pytestmark = pytest.mark.django_db
AMEX = {**CARD, "number": NUMBERS["AMEX"]["1"], "cvv": "1234"}  # type: ignore[index]
NOT_AN_OBJECT: tuple[Any, ...] = ("", "a", 1, True, [], ["a"])
NOTHING: tuple[Any, ...] = (None, "", " ")
Case = tuple[str, dict[str, Any]]
Table = tuple[str, str, dict[str, Any], list[Case]]


def with_card(**facts: Any) -> dict[str, Any]:
    return {"card": {**CARD, **facts}}


def card_fields() -> Iterator[Case]:
    for value in (*NOT_AN_OBJECT[1:], None):
        yield "card", {"card": value}
    for value in (*NOT_TEXTUAL, *NOTHING, "a" * 101):
        yield "card.holderName", with_card(holderName=value)
    for value in (
        *NOT_TEXTUAL,
        *NOTHING,
        "4111111111110072",  # Luhn
        "4111 1111 1111 0071",
        "4111-1111-1111-0071",
        "411111111111",  # 12 digits
        "41111111111111111111",  # 20 digits
        "9111111111111111",  # of no brand
        "411111111111111111",  # a Visa of 18 digits
        "３７８２８２２４６３１００２１",
        "🎉",
        LONG,
        Raw("4111111111110071"),
    ):
        yield "card.number", with_card(number=value)
    for value in (
        *NOT_TEXTUAL,
        *NOTHING,
        "2020-01",
        "2026-10",
        "2031-13",
        "2031-00",
        "2031-1",
        "203112",
        "12/2031",
        "2031-12-31",
        "1999-12",
        "٢٠٣١-١٢",
    ):
        yield "card.expirationDate", with_card(expirationDate=value)
    for value in (*NOT_TEXTUAL, *NOTHING, "12", "1234", "12345", "abc", "１２３", Raw("123")):
        yield "card.cvv", with_card(cvv=value)
    for value in ("123", "12345"):
        yield "card.cvv", {"card": {**AMEX, "cvv": value}}
    yield "card.colour", with_card(colour="red")
    yield "card.token", with_card(token="tok_1")


def sale_fields() -> Iterator[Case]:
    for value in (*NOT_MONEY, *MONEY_TEXTS, None):
        yield "amount", {"amount": value}
    for value in (Raw("0"), Raw("-1"), Raw("13"), Raw("1.0"), Raw("1e0"), Raw("9" * 400), "1", True, []):
        yield "numberInstallments", {"numberInstallments": value, "paymentType": "A_VISTA"}
    for value in (*NOT_TEXTUAL, "a_vista", "PARCELADO", "DEBIT"):
        yield "paymentType", {"paymentType": value}
    for kind in ("PARCELADO_LOJA", "PARCELADO_EMISSOR"):
        yield "paymentType", {"paymentType": kind}
        yield "paymentType", {"paymentType": kind, "numberInstallments": 1}
    yield "paymentType", {"numberInstallments": 2}
    yield "paymentType", {"numberInstallments": 12, "paymentType": "A_VISTA"}
    for value in (*NOT_TEXTUAL, "credit", "VOUCHER"):
        yield "type", {"type": value}
    yield "type", {"type": "DEBIT", "card": AMEX}
    yield "capture", {"type": "DEBIT", "capture": False}
    yield "numberInstallments", {"type": "DEBIT", "numberInstallments": 2, "paymentType": "PARCELADO_LOJA"}
    for name in ("capture", "saveCard"):
        for value in NOT_A_FLAG:
            yield name, {name: value}
    yield "customerId", {"saveCard": True}
    for name in ("orderId", "customerId"):
        for value in (*NOT_TEXTUAL, "a" * 65, "a b", "a/b", "é", "🎉", LONG):
            yield name, {name: value}
    for name, longest in (("softDescriptor", 13), ("description", 140), ("userReference", 77)):
        for value in (*NOT_TEXTUAL, "a" * (longest + 1), "🎉" * (longest + 1), LONG):
            yield name, {name: value}
    for name in ("colour", "status", "transactionId", "Amount", "installments"):
        yield name, {name: 1}


def nested_fields() -> Iterator[Case]:
    for name in ("customer", "customerConsent"):
        for value in NOT_AN_OBJECT:
            yield name, {name: value}
    for value in (*NOT_TEXTUAL, "a" * 201):
        yield "customer.name", {"customer": {"name": value}}
    for value in (*NOT_TEXTUAL, "12345678900", "11222333000182", "🎉", LONG):
        yield "customer.document", {"customer": {"document": value}}
    for value in (*NOT_TEXTUAL, "marina", "a@b", "a@b@c.com", "a" * 250 + "@b.com", "🎉"):
        yield "customer.email", {"customer": {"email": value}}
    yield "customer.phone", {"customer": {"phone": "1"}}
    moment = "2026-11-20T17:32:50Z"
    for value in (*NOT_TEXTUAL, *NOTHING, "2026-11-20", "2026-11-20T17:32:50", "2099-01-01T00:00:00Z", "x"):
        yield "customerConsent.at", {"customerConsent": {"at": value}}
    for value in (*NOT_TEXTUAL, "1.2.3", "1.2.3.256", "fe80::1%eth0", "loja.example", "🎉"):
        yield "customerConsent.ip", {"customerConsent": {"at": moment, "ip": value}}
    yield "customerConsent.at", {"customerConsent": {"ip": "192.0.2.1"}}


def texts_with_the_number() -> Iterator[Case]:
    number, grouped = CARD["number"], "4111 1111 1111 0071"
    for name in ("description", "userReference"):
        yield name, {name: f"cartão {grouped}"}
    yield "orderId", {"orderId": number}
    yield "orderId", {"orderId": "4111-1111-1111-0071"}
    yield "customerId", {"customerId": number}
    yield "customer.name", {"customer": {"name": number}}
    yield "customer.email", {"customer": {"email": f"{number}@example.com"}}
    yield "card.holderName", with_card(holderName=grouped)


def note_fields() -> Iterator[Case]:
    for value in (*NOT_TEXTUAL, "a" * 23):
        yield "usage", {"usage": value}
    for name in ("merchantTransactionId", "transactionId"):
        for value in (*NOT_TEXTUAL, "a" * 65, "a b", "a/b", "é", "🎉"):
            yield name, {name: value}
    for name in ("memo", "description"):
        for value in (*NOT_TEXTUAL, "a" * 256, LONG):
            yield name, {name: value}
    yield "transactionId", {"transactionId": "a", "merchantTransactionId": "a"}
    yield "description", {"description": "a", "memo": "a"}
    yield "colour", {"colour": 1}


def amounts() -> Iterator[Case]:
    for value in (*NOT_MONEY, *MONEY_TEXTS):
        yield "amount", {"amount": value}


REASONS: list[Case] = [("reasonCode", {"reasonCode": value}) for value in (*NOT_TEXTUAL, "a" * 21)]
OPERATION = "/v1/operations/TXID"
# method, address, what the body holds beside the bad value, and the table for it
TABLES: list[Table] = [
    ("POST", CARDS, sale(), [*card_fields(), *sale_fields(), *nested_fields(), *texts_with_the_number()]),
    *(("PUT", f"{CARDS}/TXID/{what}", {}, [*amounts(), ("memo", {"memo": "a"})]) for what in ("capture", "cancel")),
    *(
        ("POST", f"{OPERATION}/{what}", {}, [*note_fields(), *amounts()])
        for what in ("captures", "cancels", "refunds", "chargebacks", "chargeback-reversals", "rebuilds")
    ),
    ("POST", f"{OPERATION}/reversals", {}, [*note_fields(), ("amount", {"amount": 1})]),
    ("POST", f"{OPERATION}/chargebacks", {}, REASONS),
]


@pytest.mark.parametrize("table", TABLES, ids=[f"{method} {address}" for method, address, *_rest in TABLES])
def test_every_bad_value_is_refused_by_name_and_changes_nothing(
    merchant: Merchant, settings: Any, table: Table
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    method, address, usual, cases = table
    transaction_id = str(authorize(merchant)["transactionId"])
    before = everything()
    for path, bad in cases:
        body = written({**usual, **bad})
        sentences = refused(merchant, method, address, body, transaction_id)
        assert [sentence.partition(": ")[0] for sentence in sentences] == [path], (body[:200], sentences)
        assert CARD["number"] not in "".join(sentences)
    assert everything() == before


@pytest.mark.parametrize(
    "path", ["amount", "card", "card.holderName", "card.number", "card.expirationDate", "card.cvv"]
)
def test_what_is_required_is_missed_by_name(merchant: Merchant, path: str) -> None:
    body = {**sale(), "card": dict(CARD)}
    parent, _dot, name = path.rpartition(".")
    del (body[parent] if parent else body)[name]
    assert refused(merchant, "POST", CARDS, written(body), "") == [f"{path}: is required"]


def test_null_and_empty_are_absent_where_nothing_is_required(merchant: Merchant) -> None:
    names = ("numberInstallments", "paymentType", "type", "orderId", "customer", "softDescriptor", "description")
    nothing = dict.fromkeys((*names, "userReference", "customerId", "customerConsent"))
    made = sell(merchant, **nothing)
    empty = {"name": "", "document": " ", "email": None}
    again = sell(merchant, softDescriptor="", description=" ", userReference="", customer=empty)
    for said in (made, again):
        assert [said[name] for name in ("customer", "softDescriptor", "description", "userReference")] == [None] * 4


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("status=approved", "status"),
        ("flag=REFUNDED", "flag"),
        ("last4=71", "last4"),
        ("last4=abcd", "last4"),
        ("nsu=1234567890123", "nsu"),
        ("colour=red", "colour"),
        ("page=0&cursor=x", "cursor"),
        ("cursor=x", "cursor"),
        ("size=201", "size"),
        ("dateField=SETTLED", "dateField"),
        ("4111111111110071=1", "[CARD]"),
    ],
)
def test_a_bad_filter_is_named(merchant: Merchant, query: str, name: str) -> None:
    answer = merchant.get(f"{CARDS}?{this_week()}&{query}")
    assert answer.status_code == 400
    assert [sentence.partition(":")[0] for sentence in answer.json()["errors"]] == [name]
