"""A cookie of a portal that is reached by https is never sent without it."""

import pytest
from pydantic import ValidationError

from astrapay_portal.environment import Environment
from tests.astrapay_portal.production import PRODUCTION, settings_of


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("https://sandbox.example.com", True),
        ("", True),  # the sandbox that everybody knows
        ("http://localhost:8000", False),  # what `make run` says, where a browser would drop them
    ],
)
def test_cookies_are_secure_wherever_the_portal_is(address: str, secure: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    told = settings_of(monkeypatch, public_url=address)
    assert (told["SESSION_COOKIE_SECURE"], told["CSRF_COOKIE_SECURE"]) == (secure, secure)


def test_the_cookies_of_production_are_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(monkeypatch, **PRODUCTION)["SESSION_COOKIE_SECURE"]


@pytest.mark.parametrize("name", ["public_url", "api_url"])
def test_production_is_refused_at_an_address_without_tls(name: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Environment(**{**PRODUCTION, name: "http://localhost:8000"})
