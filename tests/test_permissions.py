"""Who may do what: one table over every route. A new route without a row fails."""

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Client, Role, User
from accounts.permissions import SCOPES, Module
from charges.models import Charge
from core.actor import Actor
from tests.charges.conftest import active_charge  # noqa: F401 - a fixture
from tests.charges.factories import EVERY_FINE, person_of
from tests.conftest import Merchant, actor_for
from tests.routes import address, routes

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ANY_TOKEN, R, W = "", "charges.read", "charges.write"

# route → method → the scope that it needs
API: dict[str, dict[str, str]] = {
    "v1/me": {"GET": ANY_TOKEN},
    "v1/requests/<str:transaction_id>": {"GET": ANY_TOKEN},
    "v1/dynamic": {"GET": R, "POST": W},
    "v1/dynamic/<id:txid>": {"GET": R, "PATCH": W, "DELETE": W},
    "v1/refunds": {"GET": R, "POST": W},
    "v1/refunds/<id:refund_id>": {"GET": R},
    "v1/cob-static/encode": {"POST": R},
    "v1/cob-static/decode": {"POST": R},
    "v1/sandbox/charges/<id:txid>/pay": {"POST": W},
    "v1/sandbox/charges/<id:txid>/expire": {"POST": W},
    "v1/sandbox/refunds/<id:refund_id>/complete": {"POST": W},
    "v1/sandbox/refunds/<id:refund_id>/fail": {"POST": W},
}
SEES, WRITES, REFUNDS, EXPORTS, PII = (f"CHARGES:{name}" for name in ("read", "write", "refund", "export", "pii"))
SIGNED_IN = "signed in"

# route → method → the permission that it needs
PORTAL: dict[str, dict[str, str]] = {
    "": {"GET": SIGNED_IN},
    "charges": {"GET": SEES},
    "charges/file.csv": {"GET": EXPORTS},
    "charges/new": {"GET": WRITES, "POST": WRITES},
    "charges/static-qr": {"GET": SEES, "POST": SEES},
    "charges/<str:txid>": {"GET": SEES},
    "charges/<str:txid>/edit": {"GET": WRITES, "POST": WRITES},
    "charges/<str:txid>/delete": {"GET": WRITES, "POST": WRITES},
    "charges/<str:txid>/refund": {"GET": REFUNDS, "POST": REFUNDS},
    "charges/<str:txid>/document": {"POST": PII},
    "charges/<str:txid>/pay": {"POST": WRITES},
    "charges/<str:txid>/expire": {"POST": WRITES},
    "refunds/<str:refund_id>/complete": {"POST": WRITES},
    "refunds/<str:refund_id>/fail": {"POST": WRITES},
    "test-data": {"GET": SIGNED_IN},
}
# Pages of a person who has chosen no client yet; each looks after itself and has its own tests.
OWN_ACCOUNT = {"confirm-password", "customer-selector", "language", "theme", "logout"}
PUBLIC = {
    "v1/token",
    "pix/qr/v2/<id:token>",
    "pix/jwks.json",
    "healthz",
    "docs/openapi.json",
    "docs/api",
    "login",
    "signup",
    "inactive",
    "password/reset",
    "password/reset/sent",
    "password/reset/done",
    "^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {route for route, _pattern in routes()} == {*API, *PORTAL, *OWN_ACCOUNT, *PUBLIC}


@pytest.fixture
def ids(active_charge: Charge) -> dict[str, str]:  # noqa: F811
    unknown = "00000000-0000-4000-8000-000000000000"
    return {"txid": active_charge.txid, "refund_id": "unknown", "transaction_id": unknown}


class Tokens:
    """The kinds of callers of the API, each with one token."""

    def __init__(self, client: Client) -> None:
        self.writer = Merchant(client, scopes=(W,))
        self.reader = Merchant(client, scopes=(R,))
        self.of_other_products = Merchant(client, scopes=tuple(scope for scope in SCOPES if scope not in (R, W)))
        self.none = Merchant(client, scopes=("orders.read",))


@pytest.mark.parametrize("route", API)
def test_the_api_asks_each_caller_for_the_scope_of_the_row(route: str, shop: Client, ids: dict[str, str]) -> None:
    tokens, path = Tokens(shop), address(route, ids)
    for method in METHODS:
        anonymous = Browser(enforce_csrf_checks=True).generic(method, path)
        if method not in API[route]:
            assert anonymous.status_code == 405
            assert tokens.writer.call(method, path).status_code == 405
            continue
        scope = API[route][method]
        assert anonymous.status_code == 401
        assert said(tokens.writer, method, path) not in REFUSED
        assert (said(tokens.reader, method, path) in REFUSED) == (scope == W)
        for outsider in (tokens.of_other_products, tokens.none):
            assert (said(outsider, method, path) in REFUSED) == (scope != ANY_TOKEN)


REFUSED = (20, 21, 22, 23)


def said(merchant: Merchant, method: str, path: str) -> int:
    """The error code of an answer; 0 for success."""
    answer = merchant.call(method, path)
    return 0 if answer.status_code < 300 else int(answer.json()["errorCode"])


def browser_of(user: User) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    return browser


def without(shop: Client, permission: str) -> User:
    """Somebody who holds CHARGES but for this."""
    return person_of(shop, withheld=[permission.partition(":")[2]])


def of_another_module(shop: Client) -> User:
    user = person_of(shop)
    Role.objects.filter(membership__user=user).update(module="WEBHOOK")
    return user


@pytest.mark.parametrize("route", PORTAL)
def test_a_page_asks_each_person_for_the_permission_of_the_row(route: str, shop: Client, ids: dict[str, str]) -> None:
    path = address(route, ids)
    for method in METHODS:
        permission = PORTAL[route].get(method)
        anonymous = Browser().generic(method, path)
        assert (anonymous.status_code, anonymous.headers.get("Location", "").partition("?")[0]) == (302, "/login")
        if permission is None:
            assert browser_of(person_of(shop)).generic(method, path).status_code == 405
            continue
        allowed = browser_of(person_of(shop)).generic(method, path)
        assert allowed.status_code not in (403, 405, 500)
        assert "/login" not in allowed.headers.get("Location", "")
        if permission == SIGNED_IN:
            continue
        assert browser_of(of_another_module(shop)).generic(method, path).status_code == 403
        if permission != SEES:
            assert browser_of(without(shop, permission)).generic(method, path).status_code == 403
            assert browser_of(person_of(shop, withheld=EVERY_FINE)).generic(method, path).status_code == 403


@pytest.mark.parametrize("route", [route for route in PORTAL if "POST" in PORTAL[route]])
def test_whoever_holds_the_permission_alone_is_let_in(route: str, shop: Client, ids: dict[str, str]) -> None:
    granted = PORTAL[route]["POST"].partition(":")[2]
    person = person_of(shop, withheld=[fine for fine in EVERY_FINE if fine != granted])
    assert browser_of(person).post(address(route, ids)).status_code not in (403, 405, 500)


def test_the_system_and_another_module_hold_nothing_here(shop: Client) -> None:
    outsider: Actor = actor_for(shop, Module.WEBHOOK)
    assert not any(outsider.may(permission) for permission in (SEES, WRITES, REFUNDS, EXPORTS, PII))


def test_the_staffs_admin_is_closed_to_people_and_sends_strangers_to_the_portals_own_sign_in(shop: Client) -> None:
    for browser in (Browser(), browser_of(person_of(shop))):
        answer: Any = browser.get("/admin/", follow=False)
        assert answer.status_code == 302
        assert "/login" in answer["Location"]
