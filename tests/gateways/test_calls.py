"""Who may ask a gateway, and when: outside transactions, by half of the threads, whichever gateway it is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import transaction

from core.outbound import NetworkInsideTransaction
from gateways import calls
from gateways.checks import gateways_are_configured
from gateways.errors import GatewayBusy, GatewayNotConfigured
from gateways.sandbox.cards import SandboxAcquirer
from gateways.sandbox.pix import SandboxPix
from tests.gateways.seats import seats_taken

BOTH = [(calls.pix, "PIX_GATEWAY", SandboxPix), (calls.cards, "CARD_GATEWAY", SandboxAcquirer)]
both = pytest.mark.parametrize(("ask", "setting", "sandbox"), BOTH)
Ask = Callable[[], Any]
pytestmark = pytest.mark.django_db


@both
def test_the_sandbox_answers_by_default(ask: Ask, setting: str, sandbox: type) -> None:
    with ask() as gateway:
        assert isinstance(gateway, sandbox)


@both
def test_without_a_gateway_nothing_is_begun(ask: Ask, setting: str, sandbox: type, settings: Any) -> None:
    setattr(settings, setting, None)
    with pytest.raises(GatewayNotConfigured), ask():
        raise AssertionError("a gateway was reached")


@both
def test_no_gateway_is_asked_inside_a_transaction(ask: Ask, setting: str, sandbox: type) -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction), ask():
        raise AssertionError("a gateway was reached")


@pytest.fixture
def all_seats_but_one() -> Iterator[None]:
    with seats_taken(calls.SEATS - 1):
        yield


def test_both_gateways_share_the_seats(all_seats_but_one: None) -> None:
    with calls.cards():
        for ask in (calls.pix, calls.cards):
            with pytest.raises(GatewayBusy), ask():
                raise AssertionError("a gateway was reached")
    with pytest.raises(ZeroDivisionError), calls.cards():
        raise ZeroDivisionError
    with calls.cards():
        pass


@pytest.mark.parametrize("setting", ["PIX_GATEWAY", "CARD_GATEWAY"])
@pytest.mark.parametrize(("path", "code"), [(None, "gateways.E001"), ("gateways.nowhere.Pix", "gateways.E002")])
def test_the_deployment_check_fails_without_a_gateway(setting: str, path: str | None, code: str, settings: Any) -> None:
    assert gateways_are_configured(None) == []
    setattr(settings, setting, path)
    assert [found.id for found in gateways_are_configured(None)] == [code]
    with pytest.raises(SystemCheckError, match=setting):
        call_command("check", deploy=True)
