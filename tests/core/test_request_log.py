"""The log and the history name what was asked for, never a key with which anybody could ask for it again."""

import io
import re
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory

from accounts.models import Client, User
from core.logs import without_keys
from core.web.middleware import RequestLog
from tests.factories import UserFactory
from tests.routes import routes

pytestmark = pytest.mark.django_db
SECRET_PARTS = {"key", "token"}
NEW = {"password1": "Another-Password-2!", "password2": "Another-Password-2!"}


@pytest.fixture
def user() -> User:
    return UserFactory.create()


@pytest.fixture
def link(user: User) -> str:
    """The address in the letter with which the user chooses a new password."""
    Browser().post("/password/reset", {"email": user.email})
    found = re.search(r"/password/reset/\S+", str(mail.outbox[0].body))
    assert found
    return found[0]


def key_of(link: str) -> str:
    return link.partition("-")[2]


def test_the_key_of_a_new_password_stands_nowhere_in_the_log(log_text: io.StringIO, user: User, link: str) -> None:
    browser = Browser()
    form = browser.get(link)["Location"]
    browser.post(form, NEW)
    user.refresh_from_db()
    assert user.check_password(NEW["password1"])
    assert "GET /password/reset/" in log_text.getvalue()
    assert key_of(link) not in log_text.getvalue()


def test_the_history_of_what_a_request_changes_holds_no_key(shop: Client, link: str) -> None:
    def change(_request: HttpRequest) -> HttpResponse:
        Client.objects.filter(pk=shop.pk).update(trade_name="changed")
        return HttpResponse()

    RequestLog(change)(RequestFactory().get(link))
    events: Any = apps.get_model("accounts", "ClientEvent")._default_manager
    action = events.get(trade_name="changed", pgh_label="update").pgh_context["action"]
    assert (action.startswith("GET /password/reset/"), key_of(link) in action) == (True, False)


def test_a_refused_request_does_not_show_the_key_either(log_text: io.StringIO, link: str) -> None:
    """Django itself names the path when it refuses a form."""
    assert Browser(enforce_csrf_checks=True).post(link, NEW).status_code == 403
    assert "CSRF" in log_text.getvalue()
    assert key_of(link) not in log_text.getvalue()


def test_no_route_with_a_secret_part_shows_it() -> None:
    secret = [(route, pattern) for route, pattern in routes() if SECRET_PARTS & set(parts_of(pattern))]
    assert len(secret) == 2
    for route, pattern in secret:
        shown = without_keys(address_with("8fj2-Secret.part", route))
        assert "Secret" not in shown, f"{pattern}: teach core.logs.without_keys to hide what it ends with"


def parts_of(pattern: object) -> list[str]:
    return re.findall(r"(?:P<|:)(\w+)>", str(getattr(pattern, "pattern", "")))


def address_with(secret: str, route: str) -> str:
    """The address of a route whose last part is secret."""
    plain = route.strip("^$").replace("(?P<uidb36>[0-9A-Za-z]+)", "3k").replace("(?P<key>.+)", secret)
    return "/" + re.sub(r"<\w+:token>", secret, plain)


@pytest.mark.parametrize(
    "path",
    [
        "/charges/tx9aB3dE5fG7hI/refund",
        "/v1/dynamic/7978c0c97ea847e78e8849634473c1f1",
        "/v1/credit-card/tokens/ctk_8fj2",
        "/password/reset",
        "/password/reset/sent",
    ],
)
def test_ids_and_plain_pages_stay_as_they_were_asked_for(log_text: io.StringIO, path: str) -> None:
    Browser().get(path)
    assert f"GET {path} " in log_text.getvalue()
