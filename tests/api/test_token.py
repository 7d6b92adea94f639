"""POST /v1/token (API.md 2, RFC 6749)."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.actions.credentials import OVERLAP, rotate_secret
from accounts.models import Application, Client
from accounts.permissions import Module
from core import clock
from core.actor import Actor
from tests.conftest import FORM, Merchant, actor_for

pytestmark = pytest.mark.django_db
SECRET = "secret-of-the-test"


class Asking:
    def __init__(self, credential: Application) -> None:
        self.credential = credential
        self.browser = Browser(enforce_csrf_checks=True)

    def send(self, body: str | bytes, *, media: str = FORM, **headers: str) -> Any:
        content = body.encode() if isinstance(body, str) else body
        return self.browser.generic("POST", "/v1/token", content, content_type=media, headers=headers)

    def in_form(self, more: str = "", secret: str = SECRET) -> Any:
        who = f"client_id={self.credential.client_id}&client_secret={secret}"
        return self.send(f"grant_type=client_credentials&{who}{more}")

    def by_basic(self, more: str = "", *, scheme: str = "Basic", said: str = "") -> Any:
        encoded = base64.b64encode((said or f"{self.credential.client_id}:{SECRET}").encode()).decode()
        return self.send(f"grant_type=client_credentials{more}", Authorization=f"{scheme} {encoded}")


@pytest.fixture
def asking(shop: Client) -> Asking:
    return Asking(Merchant(shop, scopes=("charges.write", "webhooks.read")).credential)


@pytest.fixture
def boss(shop: Client) -> Actor:
    return actor_for(shop, Module.REPRESENTATIVES)


def refusal(answer: Any) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "error_description"}
    assert answer["Cache-Control"] == "no-store"
    assert answer.has_header("WWW-Authenticate") == (answer.status_code == 401)
    return answer.status_code, answer.json()["error"]


def test_a_token_lives_an_hour_and_holds_all_scopes_when_none_is_named(asking: Asking) -> None:
    answer = asking.in_form()
    said = answer.json()
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 3600, "charges.write webhooks.read")
    assert set(said) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["Cache-Control"], answer["RateLimit-Limit"]) == ("no-store", "30")


def test_each_token_is_new_and_the_earlier_one_lives_on(asking: Asking) -> None:
    first, second = (asking.in_form().json()["access_token"] for _ in range(2))
    assert first != second
    for token in (first, second):
        headers = {"Authorization": f"Bearer {token}", "x-transaction-id": "00000000-0000-4000-8000-000000000000"}
        assert asking.browser.get("/v1/me", headers=headers).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_http_basic_is_the_same(asking: Asking, scheme: str) -> None:
    assert asking.by_basic(scheme=scheme).status_code == 200


def test_basic_may_repeat_its_own_client_id_but_no_secret_and_no_other_id(asking: Asking) -> None:
    assert asking.by_basic(f"&client_id={asking.credential.client_id}").status_code == 200
    assert refusal(asking.by_basic(f"&client_secret={SECRET}")) == (400, "invalid_request")
    assert refusal(asking.by_basic("&client_id=another")) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("charges.write", "charges.write"),
        ("charges.read", "charges.read"),
        ("webhooks.read charges.read", "webhooks.read charges.read"),
        ("webhooks.read charges.read webhooks.read", "webhooks.read charges.read"),
    ],
)
def test_less_than_the_credential_holds_may_be_asked_and_write_includes_read(
    asking: Asking, scope: str, granted: str
) -> None:
    assert asking.in_form(f"&scope={scope}").json()["scope"] == granted


def test_a_parameter_without_a_value_is_one_that_was_left_out(asking: Asking) -> None:
    assert asking.in_form("&scope=").json()["scope"] == asking.in_form().json()["scope"]
    assert asking.by_basic("&client_secret=&client_id=").status_code == 200
    assert refusal(asking.send("grant_type=")) == (400, "invalid_request")


@pytest.mark.parametrize("scope", ["%20", "unknown", "orders.read", "webhooks.write", "charges.read,webhooks.read"])
def test_a_scope_that_the_credential_lacks_is_refused(asking: Asking, scope: str) -> None:
    assert refusal(asking.in_form(f"&scope={scope}")) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", (400, "invalid_request")),
        ("client_id=a&client_secret=b", (400, "invalid_request")),
        ("grant_type=", (400, "invalid_request")),
        ("grant_type=password&username=a&password=b", (400, "unsupported_grant_type")),
        ("grant_type=refresh_token", (400, "unsupported_grant_type")),
        ("grant_type=client_credentials", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=unknown&client_secret=b", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=a%00b&client_secret=b", (400, "invalid_request")),
        ("grant_type=client_credentials&grant_type=client_credentials", (400, "invalid_request")),
        ("grant_type=client_credentials&client_id=a&client_id=a", (400, "invalid_request")),
        ("grant_type=client_credentials&scope=charges.read&scope=charges.read", (400, "invalid_request")),
    ],
)
def test_each_fault_has_its_name(asking: Asking, body: str, expected: tuple[int, str]) -> None:
    assert refusal(asking.send(body)) == expected


@pytest.mark.parametrize("said", ["no-colon", "a\x00b:c", "a%00b:c", "unknown:secret"])
def test_a_basic_header_that_names_nobody_is_401(asking: Asking, said: str) -> None:
    assert refusal(asking.by_basic(said=said)) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic !!!", "Basic", "Bearer abc", "Digest x"])
def test_another_authorization_header_is_401(asking: Asking, header: str) -> None:
    assert refusal(asking.send("grant_type=client_credentials", Authorization=header)) == (401, "invalid_client")


def test_json_and_other_bodies_are_415(asking: Asking) -> None:
    assert refusal(asking.send('{"grant_type": "client_credentials"}', media="application/json"))[0] == 415
    assert refusal(asking.send("grant_type=client_credentials", media="text/plain"))[0] == 415
    assert refusal(asking.send("grant_type=client_credentials", **{"Content-Encoding": "gzip"}))[0] == 415


def test_bodies_that_are_too_large_or_have_too_many_fields_are_refused(asking: Asking) -> None:
    assert refusal(asking.send(b"a=" + b"x" * (1024 * 1024))) == (413, "invalid_request")
    assert refusal(asking.send("&".join(f"a{number}=1" for number in range(2000)))) == (400, "invalid_request")
    assert refusal(asking.send("grant_type=client_credentials", media=f"{FORM}; charset=utf-16"))[0] == 400


def test_other_methods_are_405_in_the_same_form(asking: Asking) -> None:
    answer = asking.browser.get("/v1/token")
    assert refusal(answer) == (405, "invalid_request")
    assert answer["Allow"] == "POST"


def test_unknown_parameters_are_ignored_and_no_transaction_id_is_asked(asking: Asking) -> None:
    assert asking.in_form("&audience=x&foo=1&foo=2").status_code == 200


def test_the_documented_address_is_the_same(asking: Asking) -> None:
    body = f"grant_type=client_credentials&client_id={asking.credential.client_id}&client_secret={SECRET}"
    assert asking.browser.post("/oauth/v1/token", body, content_type=FORM).status_code == 200
    assert asking.browser.get("/oauth/v1/me").status_code == 404


class TestTheSecretBeforeARotation:
    def test_is_good_for_a_day(self, asking: Asking, boss: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        new = rotate_secret(actor=boss, credential_id=asking.credential.pk).secret
        assert self.answers(asking, new, SECRET, "another") == [200, 200, 401]
        tomorrow = clock.now() + OVERLAP + timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda: tomorrow)
        assert self.answers(asking, new, SECRET) == [200, 401]

    def test_ends_at_once_when_that_was_asked(self, asking: Asking, boss: Actor) -> None:
        new = rotate_secret(actor=boss, credential_id=asking.credential.pk, old_lives=timedelta()).secret
        assert self.answers(asking, new, SECRET) == [200, 401]

    def test_ends_with_the_next_rotation(self, asking: Asking, boss: Actor) -> None:
        second = rotate_secret(actor=boss, credential_id=asking.credential.pk).secret
        third = rotate_secret(actor=boss, credential_id=asking.credential.pk).secret
        assert self.answers(asking, SECRET, second, third) == [401, 200, 200]

    def answers(self, asking: Asking, *secrets: str) -> list[int]:
        return [asking.in_form(secret=secret).status_code for secret in secrets]


def test_a_revoked_credential_and_one_of_a_deactivated_client_are_unknown(asking: Asking, shop: Client) -> None:
    Application.objects.update(revoked_at=clock.now())
    assert refusal(asking.in_form()) == (401, "invalid_client")
    Application.objects.update(revoked_at=None)
    Client.objects.filter(pk=shop.pk).update(is_active=False)
    assert refusal(asking.in_form()) == (401, "invalid_client")


def test_a_credential_of_another_grant_or_address_is_unauthorized(asking: Asking) -> None:
    Application.objects.update(allowed_addresses=["203.0.113.7"])
    assert refusal(asking.in_form()) == (400, "unauthorized_client")
    Application.objects.update(allowed_addresses=[], authorization_grant_type=Application.GRANT_PASSWORD)
    assert refusal(asking.in_form()) == (400, "unauthorized_client")


def test_too_many_requests_of_one_credential_are_429_and_hold_nobody_else_up(asking: Asking, settings: Any) -> None:
    settings.TOKEN_REQUESTS_PER_MINUTE_BY_CREDENTIAL = 2
    statuses = [asking.in_form(secret="wrong").status_code for _ in range(4)]
    assert statuses[-1] == 429
    answer = asking.in_form()
    assert refusal(answer) == (429, "temporarily_unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert asking.send("grant_type=client_credentials&client_id=another&client_secret=x").status_code == 401
