"""What the acquirer was shown of a card stays with it: no row, no line and no exception holds a number or a CVV."""

import pickle
import re
from contextlib import suppress
from decimal import Decimal

import pytest
from django.apps import apps
from django.core import serializers

from core.cards import Brand, Card
from gateways.errors import GatewayRefused, OutcomeUnknown
from gateways.protocols import Authorization
from gateways.sandbox.cards import SandboxAcquirer
from tests.gateways.published import DIGITS, NUMBERS, card

CVV = "8317"


def sale(given: Card, operation_id: str = "op") -> Authorization:
    return Authorization(operation_id, Decimal("100.00"), given, 1, "A_VISTA", capture=True)


@pytest.mark.django_db(transaction=True)
def test_no_row_and_no_line_holds_a_number(caplog: pytest.LogCaptureFixture) -> None:
    acquirer, heard = SandboxAcquirer(), []
    for brand in NUMBERS:
        for digit in DIGITS:
            shown, operation_id = card(digit, brand, CVV), f"{brand}-{digit}"
            acquirer.tokenize(shown, reference=operation_id)
            acquirer.verify(f"{operation_id}-verified", shown)
            with suppress(OutcomeUnknown):
                acquirer.authorize(sale(shown, operation_id))
    models = apps.get_app_config("gateways").get_models()
    rows = "".join(serializers.serialize("json", model._default_manager.all()) for model in models)
    for attempt in (
        lambda: acquirer.authorize(sale(card("6", Brand.ELO, CVV), "ELO-6")),
        lambda: acquirer.tokenize(Card("ANA EXEMPLO", "2030-12", "9111111111110071", CVV), reference="no brand"),
    ):
        with pytest.raises((OutcomeUnknown, GatewayRefused)) as refusal:
            attempt()
        heard.append(repr(refusal.value))
    everything = rows + caplog.text + "".join(heard)
    assert "ELO-6-verified" in rows
    assert re.findall(r"\d{13,}", everything) == []
    middles = {number[6:-4] for numbers in NUMBERS.values() for number in numbers.values()}
    assert [middle for middle in middles if middle in everything] == []
    assert f'"{CVV}"' not in everything


def test_an_order_shows_no_number_and_cannot_be_sent_away() -> None:
    order = sale(card(cvv=CVV))
    assert re.findall(r"\d{5,}|8317", repr(order)) == []
    with pytest.raises(TypeError):
        pickle.dumps(order)
