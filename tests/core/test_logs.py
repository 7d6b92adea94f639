"""No line of the log shows a card number or a document, wherever in an event it stood and however it was grouped."""

import io
import logging
import re
import uuid

import pytest
import structlog

from core import logs

VISA, AMEX = "4111111111110071", "378282246310021"


@pytest.mark.parametrize(
    "written",
    [
        VISA,
        "4111 1111 1111 0071",
        "4111-1111-1111-0071",
        "4111.1111.1111.0071",
        "41111111 11110071",
        "4 1 1 1 1 1 1 1 1 1 1 1 0 0 7 1",
        "4111  1111 - 1111  0071",
        "4111\N{NO-BREAK SPACE}1111\N{NO-BREAK SPACE}1111\N{NO-BREAK SPACE}0071",
        "4111%201111%201111%200071",
        "4111+1111+1111+0071",
        "4111%2D1111%2d1111-0071",
        AMEX,
        "3782 822463 10021",
        "4222222222222",
        "4000000000000000006",
        "".join(chr(ord(digit) + ord("０") - ord("0")) for digit in VISA),
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "card {}, declined", "card={}&cvv=1", "x{}x", '{{"number": "{}"}}', "/v1/{}/1"]
)
def test_a_card_number_is_masked(written: str, around: str) -> None:
    masked = logs.mask(around.format(written))
    assert "[CARD]" in masked
    assert digits(re.sub("%2[0d]", " ", masked, flags=re.IGNORECASE)) == digits(around)


def digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@pytest.mark.parametrize("beside", ["{} 123", "123 {}", "{} 2030-12 123", "{}-123", "5 {}", f"{{}} {AMEX}"])
def test_a_card_number_is_masked_beside_other_numbers(beside: str) -> None:
    for written in (VISA, "4111 1111 1111 0071"):
        masked = logs.mask(beside.format(written))
        assert VISA not in masked.replace(" ", "")
        assert AMEX not in masked


@pytest.mark.parametrize(
    "kept",
    [
        "4111111111110072",  # of a wrong check digit
        "411111111110",
        "34191790010104351004791020150008291070026000",  # the bar code of a boleto
        "E99999999202611201732aB3dE5fG7hI",
        "2026-11-20 17:32:50.123",
        "R$ 1.234.567,89 of 24 charges",
        "10.0.0.1 - 200",
    ],
)
def test_what_is_no_card_number_stays(kept: str) -> None:
    assert logs.mask(kept) == kept


def test_an_id_of_a_request_stays_whole() -> None:
    """It may look like a number by chance and must be found again."""
    lucky = "3f2a9c1b-4e11-4d11-8111-111111110072"
    for request_id in [lucky, *(str(uuid.uuid4()) for _each in range(1000))]:
        assert logs.mask(f"request={request_id}") == f"request={request_id}"


class Refused(Exception):
    pass


def test_whatever_logs_it_and_however_the_line_holds_no_number(log_text: io.StringIO) -> None:
    log, old_style = structlog.get_logger("test"), logging.getLogger("test")
    log.warning(f"sale of {VISA}", text=VISA, number=int(VISA), nested={"card": [VISA, {"n": int(AMEX)}]})
    log.warning("key", **{f"card_{VISA}": 1})
    old_style.warning("sale of %s and %s", VISA, "4111 1111 1111 0071")
    try:
        raise Refused(f"card {VISA}")
    except Refused as error:
        try:
            raise ValueError("4111-1111-1111-0071") from error
        except ValueError:
            log.exception("failed", error=repr(error))
            old_style.exception("failed")
    lines = log_text.getvalue()
    assert lines.count("Traceback") == 4
    assert lines.count("[CARD]") > 10
    assert [rest for rest in (VISA, AMEX, "1111", "0071", "8282") if rest in lines] == []


def test_documents_are_masked_beside_card_numbers(log_text: io.StringIO) -> None:
    structlog.get_logger("test").warning("sale", who={"cpf": "123.456.789-09"}, cnpj="11.222.333/0001-81", card=VISA)
    line = log_text.getvalue()
    assert [mark for mark in ("[CPF]", "[CNPJ]", "[CARD]") if mark not in line] == []
