"""A developer's own receiver on loopback is for development alone (API.md 8)."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from pydantic import ValidationError

from astrapay_portal.environment import Environment
from tests.astrapay_portal.production import PRODUCTION


def test_nothing_but_public_addresses_is_allowed_unless_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBHOOK_ALLOWED_NETWORKS", raising=False)
    assert Environment().webhook_networks == []
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8, 10.0.0.0/8")
    assert Environment().webhook_networks == [IPv4Network("127.0.0.0/8"), IPv4Network("10.0.0.0/8")]


@pytest.mark.parametrize("given", [{"webhook_allowed_networks": "127.0.0.0/8"}, {"webhook_ca_file": "/authority.pem"}])
def test_production_refuses_receivers_on_loopback_and_other_authorities(given: dict[str, Any]) -> None:
    Environment(**PRODUCTION)
    with pytest.raises(ValidationError, match="for development alone"):
        Environment(**PRODUCTION, **given)


def test_production_needs_a_key_of_its_own_for_the_secrets_of_webhooks() -> None:
    with pytest.raises(ValidationError, match="WEBHOOK_KEY"):
        Environment(**{**PRODUCTION, "webhook_key": None})
