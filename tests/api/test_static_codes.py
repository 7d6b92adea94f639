"""Static codes and reading of codes through the API, with every published vector (API.md 6.1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from charges.brcode.reading import read
from charges.brcode.tlv import sealed
from tests.conftest import Merchant

pytestmark = pytest.mark.django_db
VECTORS = Path(__file__).parent.parent / "vectors"
CODES = json.loads((VECTORS / "brcode.json").read_text())
DOCUMENTS = json.loads((VECTORS / "docbr.json").read_text())
SHOP = {"keyPix": "pix@loja.example", "merchantName": "Padaria São Jorge", "merchantCity": "São Paulo"}


def encode(merchant: Merchant, **body: Any) -> Any:
    return merchant.post("/v1/cob-static/encode", {**SHOP, **body})


@pytest.mark.parametrize("vector", CODES, ids=lambda vector: vector["payload"][-8:])
def test_every_published_code_is_read_or_refused_by_the_rule_it_breaks(
    merchant: Merchant, vector: dict[str, Any]
) -> None:
    answer = merchant.post("/v1/cob-static/decode", {"copyPast": vector["payload"]})
    if vector["valid"]:
        assert answer.status_code == 200
        assert answer.json()["kind"] == vector["kind"]
        return
    assert answer.status_code == 422
    assert 110 <= answer.json()["errorCode"] <= 119
    sentences = answer.json()["errors"]
    assert sentences
    assert all(sentence.startswith("copyPast: ") for sentence in sentences)
    assert "copyPast" not in answer.json()["message"]


@pytest.mark.parametrize("vector", DOCUMENTS, ids=lambda vector: f"{vector['type']}-{vector['input']!r}")
def test_every_published_document_is_accepted_or_refused_as_debtor(merchant: Merchant, vector: dict[str, Any]) -> None:
    field = "naturalPersonIdentification" if vector["type"] == "cpf" else "legalPersonIdentification"
    answer = merchant.post("/v1/dynamic", {"amount": 1, "debtor": {field: vector["input"]}})
    absent = not vector["input"].strip()
    assert answer.status_code == (201 if vector["expected"] or absent else 400), answer.content
    if answer.status_code == 400:
        assert answer.json()["errors"][0].startswith(f"debtor.{field}: ")


@pytest.mark.parametrize("body", [{}, {"copyPast": ""}, {"copyPast": "  "}, {"copyPast": None}, {"copyPast": 1}])
def test_nothing_to_read_is_400(merchant: Merchant, body: dict[str, Any]) -> None:
    answer = merchant.post("/v1/cob-static/decode", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("copyPast: ")


def test_an_amount_is_answered_with_two_decimals_however_the_code_writes_it(merchant: Merchant) -> None:
    code = encode(merchant, amount=10).json()["pixCopyAndPaste"]
    body = code[: -len("6304ABCD")].replace("540510.00", "540210")
    answer = merchant.post("/v1/cob-static/decode", {"copyPast": sealed(body)})
    assert b'"amount":10.00' in answer.content


def test_spaces_and_line_ends_around_a_code_do_not_matter(merchant: Merchant) -> None:
    code = encode(merchant).json()["pixCopyAndPaste"]
    assert merchant.post("/v1/cob-static/decode", {"copyPast": f"  {code}\r\n"}).status_code == 200


def test_what_was_emitted_is_said(merchant: Merchant) -> None:
    said = encode(merchant, amount=12.5, txid="static-qr-001", additionalInformation="Pão").json()
    assert (said["keyType"], said["keyPix"]) == ("EMAIL", "pix@loja.example")
    assert (said["merchantName"], said["merchantCity"]) == ("Padaria Sao Jorge", "Sao Paulo")
    assert (said["amount"], said["txid"], said["additionalInformation"]) == (12.5, "staticqr001", "Pao")
    code = read(said["pixCopyAndPaste"])
    assert (code.txid, str(code.amount), code.warnings) == ("staticqr001", "12.50", ())


def test_without_amount_and_txid_the_payer_types_the_amount(merchant: Merchant) -> None:
    said = encode(merchant, amount=None, txid="").json()
    assert (said["amount"], said["txid"]) == (None, "***")


@pytest.mark.parametrize(
    ("typed", "kind", "kept"),
    [
        ("123.456.789-09", "CPF", "12345678909"),
        ("12345678909", "CPF", "12345678909"),
        ("12.abc.345/01de-35", "CNPJ", "12ABC34501DE35"),
        ("+55 (11) 98765-4321", "PHONE", "+5511987654321"),
        ("Pix@Loja.Example", "EMAIL", "pix@loja.example"),
        ("123E4567-E12B-12D1-A456-426655440000", "EVP", "123e4567-e12b-12d1-a456-426655440000"),
    ],
)
def test_a_key_is_recognised_and_normalised(merchant: Merchant, typed: str, kind: str, kept: str) -> None:
    said = encode(merchant, keyPix=typed).json()
    assert (said["keyType"], said["keyPix"]) == (kind, kept)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("keyPix", "11987654321"),
        ("keyPix", "not a key"),
        ("keyPix", ""),
        ("keyPix", None),
        ("merchantName", "a" * 26),
        ("merchantName", "Loja 🎉"),
        ("merchantName", "\u0301"),
        ("merchantCity", "a" * 16),
        ("merchantCity", ""),
        ("amount", 0),
        ("amount", "1"),
        ("txid", "a" * 26),
        ("txid", "---"),
        ("txid", "a b"),
        ("additionalInformation", "a" * 58),
    ],
)
def test_what_a_code_cannot_carry_is_400_and_never_cut(merchant: Merchant, path: str, value: Any) -> None:
    answer = encode(merchant, **{path: value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith(f"{path}: ")


def test_the_information_may_be_as_long_as_the_key_leaves_room(merchant: Merchant) -> None:
    room = min(72, 73 - len(SHOP["keyPix"]))
    assert encode(merchant, additionalInformation="a" * room).status_code == 200
    assert encode(merchant, additionalInformation="a" * (room + 1)).status_code == 400
