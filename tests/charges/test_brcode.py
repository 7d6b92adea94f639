"""BR Code: every published vector, what we write we read back, and nothing altered is believed."""

import json
import string
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from charges.brcode.code import BRCode, Kind
from charges.brcode.errors import SENTENCES, BRCodeFieldInvalid, BRCodeRefused, Problem
from charges.brcode.reading import problems_when_emitting, read
from charges.brcode.tlv import crc, field, sealed
from charges.brcode.writing import longest_information, write_dynamic, write_static

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent.parent / "vectors" / "brcode.json").read_text())
VALID = [vector for vector in VECTORS if vector["valid"]]
INVALID = [vector for vector in VECTORS if not vector["valid"]]
EVP = "123e4567-e12b-12d1-a456-426655440000"
RECEIVER: dict[str, Any] = {"name": "Fulano de Tal", "city": "BRASILIA"}


def named(vector: dict[str, Any]) -> str:
    return f"{vector['kind']}-{vector['payload'][-4:]}"


def refusal_of(text: str) -> BRCodeRefused:
    with pytest.raises(BRCodeRefused) as refused:
        read(text)
    return refused.value


def code(**changed: str | None) -> str:
    """A right static code, some of whose fields are replaced or, by None, left out: `f26=`, `f54=`, and so on."""
    fields: dict[str, str | None] = {
        "f00": "01",
        "f26": field("00", "br.gov.bcb.pix") + field("01", EVP),
        "f52": "0000",
        "f53": "986",
        "f58": "BR",
        "f59": "Fulano de Tal",
        "f60": "BRASILIA",
        "f62": field("05", "***"),
    }
    return sealed("".join(field(name[1:], value) for name, value in (fields | changed).items() if value is not None))


def pix(*inner: tuple[str, str]) -> str:
    return field("00", "br.gov.bcb.pix") + "".join(field(*pair) for pair in inner)


# Reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VALID, ids=named)
def test_a_valid_code_is_read_with_its_kind_and_every_field(vector: dict[str, Any]) -> None:
    read_code = read(vector["payload"])
    assert read_code.kind == vector["kind"]
    assert read_code.fields == vector["fields"]
    assert {str(warning) for warning in read_code.warnings} == set(vector["warnings"])


@pytest.mark.parametrize("vector", INVALID, ids=named)
def test_an_invalid_code_is_refused_by_the_name_of_a_rule_it_breaks(vector: dict[str, Any]) -> None:
    refused = refusal_of(vector["payload"])
    assert {str(problem) for problem in refused.problems} <= set(vector["problems"])
    assert refused.rule in vector["problems"]
    assert (refused.code, refused.status) == (110, 422)


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_the_strict_verdict_is_that_of_the_vectors(vector: dict[str, Any]) -> None:
    assert (problems_when_emitting(vector["payload"]) == []) is vector["strict"]


def test_every_part_of_a_composite_code_is_read() -> None:
    text = code(
        f01="12",
        f26=pix(("25", "pix.example.com/qr/v2/1234")),
        f52="5411",
        f61="70074900",
        f80=pix(("25", "pix.example.com/rec/5678")),
    )
    # The order of fields is free between 00 and 63, so `code` may append.
    assert read(text) == BRCode(
        kind=Kind.DYNAMIC_RECURRENCE,
        fields=read(text).fields,
        point_of_initiation="12",
        key=None,
        information=None,
        withdrawal_provider=None,
        location="pix.example.com/qr/v2/1234",
        recurrence_location="pix.example.com/rec/5678",
        merchant_category="5411",
        currency="986",
        amount=None,
        country="BR",
        name="Fulano de Tal",
        city="BRASILIA",
        postal_code="70074900",
        txid=None,
        crc=text[-4:],
        warnings=(),
    )


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("00_first", ""),
        ("tlv:bad_tlv_at_0", "Pix"),
        ("tlv:bad_tlv_at_6", "000201" + "5900" + code()[6:]),
        ("tlv:bad_tlv_at_6", "000201" + "5٩0" + code()[6:]),
        ("too_long", code() + "0" * 500),
        ("character:9", code()[:9] + "\x00" + code()[10:]),
        ("character:9", code()[:9] + "\ud800" + code()[10:]),
        ("00_first", code(f00="02")),
        ("00_first", code(f00=None)),
        ("63_last", code()[:-8]),
        ("63_last", code() + "5802BR"),
        ("crc", code()[:-4] + "ZZZZ"),
        ("crc", code()[:-8] + field("63", "0" + code()[-4:])),
        ("duplicate_id:26.01", code(f26=pix(("01", EVP), ("01", "ana@example.com")))),
        ("duplicate_id:62.05", code(f62=field("05", "***") + field("05", "A"))),
        ("tlv_in_62", code(f62="0510A")),
        ("tlv_in_27", code(f27="x")),
        ("no_pix_template", code(f26=None)),
        ("no_pix_template", code(f26=field("00", "br.com.outro") + field("01", EVP))),
        ("two_pix_templates", code(f27=pix(("01", EVP)))),
        ("two_pix_templates", code(f80=pix(("25", "a.br/1")), f81=pix(("25", "a.br/2")))),
        ("key_and_url", code(f26=pix(("01", "a@b.com"), ("25", "pix.example.com/x")))),
        ("no_key_or_url", code(f26=pix())),
        ("fss_beside_url", code(f26=pix(("25", "pix.example.com/x"), ("03", "12345678")))),
        ("fss_form", code(f26=pix(("01", EVP), ("03", "1234567")))),
        ("url_scheme:25", code(f26=pix(("25", "http://pix.example.com/x")))),
        ("url_form:25", code(f26=pix(("25", "localhost/x")))),
        ("url_form:25", code(f26=pix(("25", "pix.example.com")))),
        ("url_form:25", code(f26=pix(("25", "user@pix.example.com/x")))),
        ("url_scheme:80.25", code(f80=pix(("25", "https://pix.example.com/x")))),
        ("url_missing:80", code(f80=pix())),
        ("too_long_26_02", code(f26=pix(("02", "x" * 73)), f80=pix(("25", "pix.example.com/x")))),
        ("currency", code(f53="840")),
        ("currency", code(f53=None)),
        ("country", code(f58="br")),
        ("mcc", code(f52=None)),
        ("mcc", code(f52="000")),
        ("mcc", code(f52="00O0")),
        ("mcc", code(f52="٠٠٠٠")),
        ("01_value", code(f01="13")),
        ("amount_form", code(f54="1,00")),
        ("amount_form", code(f54="1.234")),
        ("amount_form", code(f54="-1.00")),
        ("amount_form", code(f54=".50")),
        ("amount_form", code(f54="1e2")),
        ("amount_form", code(f54="R$1.00")),
        ("too_long_54", code(f54="12345678901.00")),
        ("missing_59", code(f59=None)),
        ("missing_60", code(f60=None)),
        ("too_long_59", code(f59="N" * 26)),
        ("too_long_60", code(f60="N" * 16)),
        ("too_long_61", code(f61="1" * 11)),
        ("missing_62_05", code(f62=None)),
        ("missing_62_05", code(f62=field("01", "A"))),
        ("too_long_62_05", code(f62=field("05", "A" * 26))),
        ("txid_charset", code(f62=field("05", "ção"))),
    ],
)
def test_each_rule_of_reading_refuses_by_its_own_name(rule: str, text: str) -> None:
    assert refusal_of(text).rule == rule


@pytest.mark.parametrize(
    ("warning", "text"),
    [
        ("key_not_in_DICT_form", code(f26=pix(("01", "ANA@EXAMPLE.COM")))),
        ("not_ascii_59", code(f59="João")),
        ("not_ascii_26", code(f26=pix(("01", EVP), ("02", "pão")))),
        ("amount_zero", code(f54="0.00")),
        ("amount_not_two_decimals", code(f54="0.9")),
        ("amount_in_dynamic_ignored", code(f26=pix(("25", "a.br/x")), f54="1.00")),
        ("txid_in_dynamic_ignored", code(f26=pix(("25", "a.br/x")), f62=field("05", "A1"))),
        ("txid_charset", code(f62=field("05", "RP12345678-2019"))),
        ("obsolete_62_50", code(f62=field("05", "***") + field("50", field("00", "BR.GOV.BCB.BRCODE")))),
        ("crc_lower_case", code(f59="a")[:-4] + code(f59="a")[-4:].lower()),
    ],
)
def test_what_only_binds_a_writer_is_read_with_a_warning(warning: str, text: str) -> None:
    assert [str(problem) for problem in read(text).warnings] == [warning]
    assert [str(problem) for problem in problems_when_emitting(text)] == [warning]


def test_a_withdrawal_may_be_of_zero() -> None:
    assert problems_when_emitting(code(f26=pix(("01", EVP), ("03", "12345678")), f54="0.00")) == []


def test_the_template_of_pix_is_found_by_its_name_in_any_case_and_place() -> None:
    text = code(
        f26=field("00", "br.com.outro") + field("01", "x"), f51=field("00", "BR.GOV.BCB.PIX") + field("01", EVP)
    )
    assert read(text).key == EVP


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_rule(text: str) -> None:
    assert refusal_of(text).rule


@pytest.mark.parametrize("language", ["en", "pt-br"])
@pytest.mark.parametrize("rule", SENTENCES)
def test_every_rule_has_a_sentence_for_people(rule: str, language: str) -> None:
    with translation.override(language):
        sentence = Problem(rule, "62_05").sentence
    assert sentence.endswith(".")
    assert "%" not in sentence


def test_a_refusal_says_every_rule_that_was_broken() -> None:
    refused = refusal_of(code(f53="840", f58=None))
    assert [str(problem) for problem in refused.problems] == ["currency", "country"]
    assert refused.errors == [problem.sentence for problem in refused.problems]
    assert refused.problems[0].sentence in str(refused)


# Writing ------------------------------------------------------------------------------------------------------


def test_the_static_example_of_the_central_bank_is_written_to_the_letter() -> None:
    assert write_static(key=EVP, **RECEIVER) == (
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
        "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
    )


def test_the_dynamic_example_of_the_central_bank_is_written_to_the_letter() -> None:
    assert write_dynamic(location="pix.example.com/8b3da2f39a4140d1a91abd93113bd441", **RECEIVER) == (
        "00020101021226700014br.gov.bcb.pix2548pix.example.com/8b3da2f39a4140d1a91abd93113bd441"
        "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***630464E4"
    )


def test_accents_key_and_amount_are_normalised_when_written() -> None:
    text = write_static(
        key="12.abc.345/01de-35",
        name=" Padaria São João ",
        city="São Paulo",
        amount=Decimal("10.5"),
        txid="PED001",
        information="Pão de queijo",
    )
    written = read(text)
    assert (written.key, written.name, written.city) == ("12ABC34501DE35", "Padaria Sao Joao", "Sao Paulo")
    assert (written.fields["54"], written.txid, written.information) == ("10.50", "PED001", "Pao de queijo")


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("key", ["", "61912345678", "52998224726"]),
        ("name", ["", "N" * 26, "Loja 👀"]),
        ("city", ["", "N" * 16]),
        ("amount", [Decimal(0), Decimal("-1"), Decimal("0.001"), Decimal("1.005"), Decimal("10000000000")]),
        ("amount", [Decimal("NaN"), Decimal("Infinity")]),
        ("txid", ["", "A" * 26, "static-qr-001", "***", "ção"]),
        ("information", ["x" * 38, "👀"]),
        ("mcc", ["", "000", "00O0", "٠٠٠٠"]),
    ],
)
def test_what_does_not_fit_into_a_static_code_is_refused_by_argument(argument: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(BRCodeFieldInvalid) as invalid:
            write_static(**{"key": EVP, **RECEIVER, argument: value})
        assert list(invalid.value.faults) == [argument]
        assert str(invalid.value.faults[argument]).endswith(".")


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    with pytest.raises(BRCodeFieldInvalid) as invalid:
        write_static(key="nobody", name="N" * 26, city="", amount=Decimal(0), txid="***", information="👀", mcc="0")
    assert set(invalid.value.faults) == {"key", "name", "city", "amount", "txid", "information", "mcc"}


@pytest.mark.parametrize(
    "location",
    ["", "https://pix.example.com/x", "localhost/x", "pix.example.com", "pix.example.com/a b", "a.br/" + "x" * 73],
)
def test_a_location_is_host_and_path_of_at_most_77_characters(location: str) -> None:
    with pytest.raises(BRCodeFieldInvalid) as invalid:
        write_dynamic(location=location, **RECEIVER)
    assert list(invalid.value.faults) == ["location"]


@pytest.mark.parametrize(("key", "longest"), [("a@example", 64), (EVP, 37), ("a" * 65 + "@example.com", 0)])
def test_information_shares_its_room_with_the_key(key: str, longest: int) -> None:
    assert longest_information(key) == longest
    if longest:
        assert read(write_static(key=key, **RECEIVER, information="x" * longest)).information == "x" * longest
    with pytest.raises(BRCodeFieldInvalid):
        write_static(key=key, **RECEIVER, information="x" * (longest + 1))


PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " ãçéõúÀÍÔ"
TEXTS = st.text(PRINTABLE, min_size=1, max_size=15).filter(lambda text: bool(text.strip()))
TXIDS = st.none() | st.text(string.ascii_letters + string.digits, min_size=1, max_size=25)
KEYS = st.one_of(
    st.uuids().map(str),
    st.sampled_from(["52998224725", "12ABC34501DE35", "+5561912345678", "ana@example.com"]),
)
STATIC = st.builds(
    write_static,
    key=KEYS,
    name=TEXTS,
    city=TEXTS,
    amount=st.none() | st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2),
    txid=TXIDS,
    information=st.none() | TEXTS,
    mcc=st.from_regex(r"\A[0-9]{4}\Z"),
)
LOCATIONS = st.from_regex(r"\A[a-z0-9]{1,10}\.com\.br/[A-Za-z0-9/_-]{1,50}\Z")
WRITTEN = STATIC | st.builds(write_dynamic, location=LOCATIONS, name=TEXTS, city=TEXTS)


@given(WRITTEN)
def test_what_we_write_is_strict_and_ascii_and_short_enough(text: str) -> None:
    assert problems_when_emitting(text) == []
    assert text.isascii()
    assert len(text) <= 512


@given(KEYS, st.none() | st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2), TXIDS)
def test_what_we_write_we_read_back(key: str, amount: Decimal | None, txid: str | None) -> None:
    written = read(write_static(key=key, **RECEIVER, amount=amount, txid=txid, information="Pedido 1"))
    assert (written.kind, written.key, written.amount, written.txid) == (Kind.STATIC, key, amount, txid)
    assert (written.name, written.city, written.information) == ("Fulano de Tal", "BRASILIA", "Pedido 1")


@given(LOCATIONS)
def test_a_dynamic_code_is_for_one_payment_and_says_no_amount(location: str) -> None:
    written = read(write_dynamic(location=location, **RECEIVER))
    assert (written.kind, written.location, written.point_of_initiation) == (Kind.DYNAMIC, location, "12")
    assert (written.amount, written.txid) == (None, None)


@given(WRITTEN, st.data())
def test_no_code_with_one_character_changed_is_believed(text: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda new: new != text[position]))
    changed = text[:position] + other + text[position + 1 :]
    only_the_case_of_the_crc = position >= len(text) - 4 and other.upper() == text[position]
    assert bool(problems_when_emitting(changed))
    if not only_the_case_of_the_crc:
        assert refusal_of(changed).problems


def test_the_crc_is_ccitt_false_over_utf8() -> None:
    assert crc("123456789") == "29B1"
    assert crc("") == "FFFF"
