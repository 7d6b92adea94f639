"""One table: every field of API.md 6.1 with every kind of bad value. Each is refused, named, and changes nothing."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Merchant
from tests.rows import everything

pytestmark = pytest.mark.django_db

LONG = "a" * 10_000
NUL, CONTROL, HALF = "a\x00b", "a\x1fb", "a\ud800b"
NOT_A_TEXT: tuple[Any, ...] = (1, 1.5, True, [], {}, ["a"])
NOT_TEXTUAL: tuple[Any, ...] = (*NOT_A_TEXT, NUL, CONTROL, HALF, "\ud83d", "a\nb")
NOT_MONEY: tuple[Any, ...] = ("10", "", True, [], {}, "dez", "🎉", "\u202e10", NUL)
NOT_A_FLAG: tuple[Any, ...] = (0, 1, "true", "", [], {})


class Raw(str):
    """A JSON number as it is written, which Python's own numbers could not say."""


MONEY_TEXTS = tuple(
    Raw(text)
    for text in (
        "0",
        "-0",
        "-0.00",
        "0.00",
        "-1",
        "0.001",
        "10.100",
        "1.000",
        "1e2",
        "1E2",
        "10000000000",
        "9999999999.990",
        "9" * 17,
        "9" * 5000,
        "0." + "0" * 40 + "1",
    )
)
CHARGE = {"amount": Raw("100.00")}
ENCODE = {"keyPix": "pix@loja.example", "merchantName": "Loja", "merchantCity": "Sao Paulo"}
REFUND = {"txid": "TXID", "amount": Raw("1.00")}
SOMEBODY = {"naturalPersonIdentification": "12345678909"}


def charge_fields() -> Iterator[tuple[str, str, Any]]:
    """(address, path of the field, the body's own fields) for POST and PATCH of a charge."""
    for value in (*NOT_MONEY, *MONEY_TEXTS, None):
        yield "amount", "amount", value
    for value in (Raw("0"), Raw("-1"), Raw("3601"), Raw("1.0"), Raw("6e2"), Raw("-0"), Raw("9" * 400), "600", True, []):
        yield "expiration", "expiration", value
    for name, longest in (("description", 140), ("userReference", 77), ("payerRequest", 140)):
        for value in (*NOT_TEXTUAL, "a" * (longest + 1), "🎉" * (longest + 1), LONG):
            yield name, name, value
    for flag in NOT_A_FLAG:
        yield "validateDebtor", "validateDebtor", flag
    for name in ("colour", "status", "txid", "revision", "Amount", "amount ", "", "non_field_errors", "é"):
        yield name, name or "body", 1


def information_fields() -> Iterator[tuple[str, str, Any]]:
    for listed in ("", "a", 1, True, {}, {"name": "a", "value": "b"}):
        yield "additionalInformation", "additionalInformation", listed
    yield "additionalInformation", "additionalInformation", [{"name": "a", "value": "b"}] * 51
    items: tuple[Any, ...] = (None, "a", 1, [])
    for item in items:
        yield "additionalInformation", "additionalInformation.1", [{"name": "a", "value": "b"}, item]
    for name, longest in (("name", 50), ("value", 200)):
        usual = {"name": "a", "value": "b"}
        for value in (*NOT_TEXTUAL, None, "", "  ", "a" * (longest + 1)):
            yield "additionalInformation", f"additionalInformation.1.{name}", [usual, {**usual, name: value}]
        yield (
            "additionalInformation",
            f"additionalInformation.0.{name}",
            [{other: "a" for other in usual if other != name}],
        )
    yield "additionalInformation", "additionalInformation.0.colour", [{"name": "a", "value": "b", "colour": "c"}]


def debtor_fields() -> Iterator[tuple[str, str, Any]]:
    for somebody in ("", "a", 1, True, [], ["a"]):
        yield "debtor", "debtor", somebody
    for value in (*NOT_TEXTUAL, "a" * 201):
        yield "debtor", "debtor.name", {**SOMEBODY, "name": value}
    for value in (
        *NOT_TEXTUAL,
        "12345678900",
        "1234567890",
        "11111111111",
        "11222333000181",
        "🎉",
        "١٢٣٤٥٦٧٨٩٠٩",
        LONG,
    ):
        yield "debtor", "debtor.naturalPersonIdentification", {"naturalPersonIdentification": value}
    for value in (*NOT_TEXTUAL, "11222333000182", "12345678909", "12ABC34501DE36", "\u202e11222333000181", LONG):
        yield "debtor", "debtor.legalPersonIdentification", {"legalPersonIdentification": value}
    both = {**SOMEBODY, "legalPersonIdentification": "11222333000181"}
    yield "debtor", "debtor.naturalPersonIdentification", both
    yield "debtor", "debtor.colour", {"colour": "red"}


def refund_fields() -> Iterator[tuple[str, str, Any]]:
    for value in (*NOT_MONEY, *MONEY_TEXTS, None):
        yield "amount", "amount", value
    for value in (*NOT_TEXTUAL, None, "", " ", "a" * 36):
        yield "txid", "txid", value
    for value in (*NOT_TEXTUAL, "a" * 141):
        yield "description", "description", value
    for value in (*NOT_TEXTUAL, "E", "a" * 33, "é" * 32, "🎉", LONG):
        yield "endToEndId", "endToEndId", value
    for value in (*NOT_TEXTUAL, "a" * 36, "a-b", "a b", "é", "🎉", "\u202eabc", "١"):
        yield "merchantRefundId", "merchantRefundId", value
    yield "colour", "colour", 1


def encode_fields() -> Iterator[tuple[str, str, Any]]:
    for name in ("keyPix", "merchantName", "merchantCity"):
        for value in (*NOT_TEXTUAL, None, "", " ", LONG, "\u202e", "🎉"):
            yield name, name, value
    for value in (*NOT_MONEY, *MONEY_TEXTS):
        yield "amount", "amount", value
    for name in ("txid", "additionalInformation"):
        for value in (*NOT_TEXTUAL, LONG, "🎉"):
            yield name, name, value
    yield "colour", "colour", 1


def written(value: Any) -> str:
    """The value as JSON, with raw numbers as they are and lone halves escaped."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{written(str(name))}:{written(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(inner) for inner in value) + "]"

    return json.dumps(value)


CHARGE_FIELDS = [*charge_fields(), *information_fields(), *debtor_fields()]
CASES: list[tuple[str, str, dict[str, Any], str, str, Any]] = [
    *(("POST", "/v1/dynamic", CHARGE, *case) for case in CHARGE_FIELDS),
    *(("PATCH", "/v1/dynamic/TXID", {}, *case) for case in CHARGE_FIELDS),
    *(("POST", "/v1/refunds", REFUND, *case) for case in refund_fields()),
    *(("POST", "/v1/cob-static/encode", ENCODE, *case) for case in encode_fields()),
]
ABSENT = [
    ("/v1/dynamic", CHARGE, "amount"),
    ("/v1/refunds", REFUND, "txid"),
    ("/v1/refunds", REFUND, "amount"),
    ("/v1/cob-static/encode", ENCODE, "keyPix"),
    ("/v1/cob-static/encode", ENCODE, "merchantName"),
    ("/v1/cob-static/encode", ENCODE, "merchantCity"),
]


def refused(merchant: Merchant, method: str, address: str, body: str, txid: str) -> list[str]:
    answer = merchant.call(method, address.replace("TXID", txid), body.replace("TXID", txid).encode())
    assert (answer.status_code, answer.json()["errorCode"]) == (400, 36), (address, body[:200], answer.content)
    sentences: list[str] = answer.json()["errors"]
    return sentences


def test_every_bad_value_is_refused_by_name_and_changes_nothing(merchant: Merchant, txid: str, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    before = everything()
    for method, address, usual, name, path, value in CASES:
        body = written({**usual, name: value})
        sentences = refused(merchant, method, address, body, txid)
        assert sentences[0].startswith(f"{path}: "), (address, body[:200], sentences)
        assert len(sentences) == 1, sentences
    assert everything() == before


@pytest.mark.parametrize(("address", "usual", "name"), ABSENT)
def test_what_is_required_is_missed_by_name(
    merchant: Merchant, txid: str, address: str, usual: dict[str, Any], name: str
) -> None:
    before = everything()
    body = written({other: value for other, value in usual.items() if other != name})
    assert refused(merchant, "POST", address, body, txid) == [f"{name}: is required"]
    assert everything() == before


@pytest.mark.parametrize(
    "text", ["🎉", "\u202eabc", "عربى", "é", "e\u0301", "\x7f", "\x85a", "<b>&amp;</b>", "'; DROP--"]
)
def test_every_other_text_is_kept_as_it_is_in_nfc(merchant: Merchant, text: str) -> None:

    said = merchant.post("/v1/dynamic", {"amount": 1, "description": f" {text}"})
    assert said.status_code == 201
    assert said.json()["description"] == unicodedata.normalize("NFC", text).strip()


def test_length_is_counted_in_code_points_after_nfc(merchant: Merchant) -> None:
    assert merchant.post("/v1/dynamic", {"amount": 1, "description": "e\u0301" * 140}).status_code == 201
    assert merchant.post("/v1/dynamic", {"amount": 1, "description": "🎉" * 140}).status_code == 201


def test_empty_and_null_are_absent_where_nothing_is_required(merchant: Merchant) -> None:
    for nothing in ("", "   ", None):
        debtor = {"name": nothing, "naturalPersonIdentification": nothing, "legalPersonIdentification": nothing}
        body = {"amount": 1, "description": nothing, "userReference": nothing, "payerRequest": nothing}
        said = merchant.post("/v1/dynamic", {**body, "debtor": debtor}).json()
        assert (said["description"], said["userReference"], said["debtor"]) == (None, None, None)
