"""EMAIL_URL says which server takes the letters; production does not start without one."""

import pytest
from pydantic import ValidationError

from astrapay_portal.environment import Environment
from astrapay_portal.mail import MailServer, mail_server
from tests.astrapay_portal.production import PRODUCTION, settings_of


@pytest.mark.parametrize(
    ("address", "server"),
    [
        (
            "smtp://ana:se%2Fcret@mail.example.com:2525",
            MailServer("mail.example.com", 2525, "ana", "se/cret", True, False),
        ),
        ("smtp://mail.example.com", MailServer("mail.example.com", 587, "", "", True, False)),
        ("smtps://ana:b@mail.example.com", MailServer("mail.example.com", 465, "ana", "b", False, True)),
        ("smtp://localhost:25?tls=off", MailServer("localhost", 25, "", "", False, False)),
    ],
)
def test_an_address_names_the_server_and_how_it_is_spoken_to(address: str, server: MailServer) -> None:
    assert mail_server(address) == server


@pytest.mark.parametrize(
    "address",
    [
        "mail.example.com:587",
        "http://ana:hidden@mail.example.com",
        "smtp://ana:hidden@",
        "smtp://ana:hidden@mail.example.com:port",
        "smtp://ana:hidden@mail.example.com?tls=no",
        "smtp://ana:hidden@mail.example.com?ssl=on",
        "smtps://ana:hidden@mail.example.com?tls=off",
        "smtp://ana:hidden/word@mail.example.com",
    ],
)
def test_another_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL") as refused:
        mail_server(address)
    assert "hidden" not in str(refused.value)


def test_production_sends_its_letters_to_the_server_that_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = settings_of(monkeypatch, **PRODUCTION, default_from_email="Portal <portal@example.com>")
    assert told["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example.com", 587)
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("portal", "pass@word")
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (True, False)
    assert told["DEFAULT_FROM_EMAIL"] == "Portal <portal@example.com>"


def test_production_without_a_mail_server_is_refused_by_the_name_of_the_variable() -> None:
    with pytest.raises(ValidationError, match="EMAIL_URL") as refused:
        Environment(**{**PRODUCTION, "email_url": None})
    assert PRODUCTION["database_url"] not in str(refused.value)


def test_the_sandbox_prints_its_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert settings_of(monkeypatch)["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
