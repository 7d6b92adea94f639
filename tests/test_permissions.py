"""Who may do what: one table over every route. A new route without a row fails."""

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Client, User
from accounts.permissions import FINE_PERMISSIONS, SCOPES, Module
from charges.models import Charge
from core.actor import Actor
from tests.charges.conftest import active_charge  # noqa: F401 - a fixture
from tests.charges.factories import person_of
from tests.conftest import Merchant, actor_for
from tests.routes import address, routes
from tests.transactions.conftest import PAGE_IDS, card_ids
from tests.webhooks.conftest import webhook_ids

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ANY_TOKEN, R, W = "", "charges.read", "charges.write"
WEBHOOKS_READ, WEBHOOKS_WRITE = "webhooks.read", "webhooks.write"

CARD_READ, CARD_WRITE, ORDERS_READ, ORDERS_WRITE = (
    "credit-card.read",
    "credit-card.write",
    "orders.read",
    "orders.write",
)
EITHER = "orders.read pix-checkout.read"

# route → method → the scope that it needs, or several of which any one is enough
API: dict[str, dict[str, str]] = {
    "v1/me": {"GET": ANY_TOKEN},
    "v1/requests/<str:transaction_id>": {"GET": ANY_TOKEN},
    "v1/dynamic": {"GET": R, "POST": W},
    "v1/dynamic/<id:txid>": {"GET": R, "PATCH": W, "DELETE": W},
    "v1/refunds": {"GET": R, "POST": W},
    "v1/refunds/<id:refund_id>": {"GET": R},
    "v1/cob-static/encode": {"POST": R},
    "v1/cob-static/decode": {"POST": R},
    "v1/credit-card/transactions": {"GET": CARD_READ, "POST": CARD_WRITE},
    "v1/credit-card/transactions/<id:card_transaction_id>": {"GET": CARD_READ},
    "v1/credit-card/transactions/<id:card_transaction_id>/capture": {"PUT": CARD_WRITE},
    "v1/credit-card/transactions/<id:card_transaction_id>/cancel": {"PUT": CARD_WRITE},
    "v1/credit-card/tokens": {"GET": CARD_READ, "POST": CARD_WRITE},
    "v1/credit-card/tokens/<id:card_token>": {"GET": CARD_READ, "DELETE": CARD_WRITE},
    "v1/credit-card/tokens/<id:card_token>/transactions": {"POST": CARD_WRITE},
    "v1/credit-card/recurrences": {"GET": CARD_READ, "POST": CARD_WRITE},
    "v1/credit-card/recurrences/<id:recurrence_id>": {"GET": CARD_READ},
    "v1/credit-card/recurrences/<id:recurrence_id>/cancel": {"PUT": CARD_WRITE},
    "v1/credit-card/recurrences/<id:recurrence_id>/schedules": {"GET": CARD_READ},
    "v1/credit-card/recurrences/<id:recurrence_id>/schedules/<id:schedule_id>/cancel": {"PUT": CARD_WRITE},
    "v1/credit-card/installments": {"GET": CARD_READ},
    "v1/statement": {"GET": CARD_READ},
    "v1/orders": {"GET": ORDERS_READ},
    "v1/orders/<id:order_id>": {"GET": ORDERS_READ},
    "v1/operations": {"GET": ORDERS_READ},
    "v1/operations/<id:operation_id>": {"GET": ORDERS_READ},
    "v1/operations/<id:operation_id>/actions": {"GET": ORDERS_READ},
    "v1/operations/<id:operation_id>/captures": {"POST": ORDERS_WRITE},
    "v1/operations/<id:operation_id>/reversals": {"POST": ORDERS_WRITE},
    "v1/operations/<id:operation_id>/cancels": {"POST": ORDERS_WRITE},
    "v1/operations/<id:operation_id>/refunds": {"POST": ORDERS_WRITE},
    "v1/operations/<id:operation_id>/chargebacks": {"POST": ORDERS_WRITE},
    "v1/operations/<id:operation_id>/chargeback-reversals": {"POST": ORDERS_WRITE},
    "v1/operations/<id:operation_id>/rebuilds": {"POST": ORDERS_WRITE},
    "v1/contracts/customers/<id:customer_id>": {"GET": ORDERS_READ},
    "v1/contracts/<id:contract_id>/deactivation": {"POST": ORDERS_WRITE},
    "v1/disputes": {"GET": ORDERS_READ},
    "v1/disputes/<id:dispute_id>": {"GET": ORDERS_READ},
    "v1/disputes/<id:dispute_id>/accept": {"POST": ORDERS_WRITE},
    "v1/disputes/<id:dispute_id>/evidence": {"POST": ORDERS_WRITE},
    "v1/balance": {"GET": EITHER},
    "v1/balance/entries": {"GET": EITHER},
    "v1/webhooks": {"GET": WEBHOOKS_READ, "POST": WEBHOOKS_WRITE},
    "v1/webhooks/results": {"GET": WEBHOOKS_READ},
    "v1/webhooks/results/<id:delivery_id>/resend": {"POST": WEBHOOKS_WRITE},
    "v1/webhooks/<id:endpoint_id>": {"GET": WEBHOOKS_READ, "PUT": WEBHOOKS_WRITE, "DELETE": WEBHOOKS_WRITE},
    "v1/webhooks/<id:endpoint_id>/test": {"POST": WEBHOOKS_WRITE},
    "v1/webhooks/<id:endpoint_id>/recover": {"POST": WEBHOOKS_WRITE},
    "v1/webhooks/<id:endpoint_id>/secret": {"POST": WEBHOOKS_WRITE},
    "v1/events": {"GET": WEBHOOKS_READ},
    "v1/events/<id:event_id>": {"GET": WEBHOOKS_READ},
    "v1/sandbox/charges/<id:txid>/pay": {"POST": W},
    "v1/sandbox/charges/<id:txid>/expire": {"POST": W},
    "v1/sandbox/refunds/<id:refund_id>/complete": {"POST": W},
    "v1/sandbox/refunds/<id:refund_id>/fail": {"POST": W},
    "v1/sandbox/med": {"POST": ORDERS_WRITE},
    "v1/sandbox/med/<id:dispute_id>/win": {"POST": ORDERS_WRITE},
    "v1/sandbox/med/<id:dispute_id>/lose": {"POST": ORDERS_WRITE},
    "v1/sandbox/operations/<id:operation_id>/chargeback": {"POST": ORDERS_WRITE},
    "v1/sandbox/operations/<id:operation_id>/chargeback-win": {"POST": ORDERS_WRITE},
    "v1/sandbox/operations/<id:operation_id>/chargeback-lose": {"POST": ORDERS_WRITE},
    "v1/sandbox/card-transactions/<id:card_transaction_id>/approve": {"POST": CARD_WRITE},
    "v1/sandbox/card-transactions/<id:card_transaction_id>/deny": {"POST": CARD_WRITE},
    "v1/sandbox/recurrences/<id:recurrence_id>/run-next": {"POST": CARD_WRITE},
}
SEES, WRITES, REFUNDS, EXPORTS, PII = (f"CHARGES:{name}" for name in ("read", "write", "refund", "export", "pii"))
SEES_WEBHOOKS, WRITES_WEBHOOKS = "WEBHOOK:read", "WEBHOOK:write"
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
    "webhook": {"GET": SEES_WEBHOOKS},
    "webhook/new": {"GET": WRITES_WEBHOOKS, "POST": WRITES_WEBHOOKS},
    "webhook/deliveries/<str:delivery_id>/resend": {"POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>": {"GET": SEES_WEBHOOKS},
    "webhook/<str:endpoint_id>/edit": {"GET": WRITES_WEBHOOKS, "POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>/delete": {"GET": WRITES_WEBHOOKS, "POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>/activate": {"POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>/deactivate": {"POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>/secret": {"GET": WRITES_WEBHOOKS, "POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>/test": {"POST": WRITES_WEBHOOKS},
    "webhook/<str:endpoint_id>/recover": {"GET": WRITES_WEBHOOKS, "POST": WRITES_WEBHOOKS},
}
SEES_CARDS, WRITES_CARDS, EXPORTS_CARDS = (f"CREDIT_CARD:{name}" for name in ("read", "write", "export"))
REFUNDS_CARDS = "CREDIT_CARD:refund"  # the action of the address decides; tests/transactions/pages tries each
PORTAL |= {
    "transactions/credit-card": {"GET": SEES_CARDS},
    "transactions/credit-card/file.csv": {"GET": EXPORTS_CARDS},
    "transactions/credit-card/<str:card_transaction_id>": {"GET": SEES_CARDS},
    "transactions/orders": {"GET": SEES_CARDS},
    "transactions/orders/file.csv": {"GET": EXPORTS_CARDS},
    "transactions/orders/<str:order_id>": {"GET": SEES_CARDS},
    "transactions/operations/<str:operation_id>": {"GET": SEES_CARDS},
    "transactions/operations/<str:operation_id>/actions": {"GET": SEES_CARDS},
    "transactions/operations/<str:operation_id>/<str:action>": {"GET": REFUNDS_CARDS, "POST": REFUNDS_CARDS},
    "transactions/contracts": {"GET": SEES_CARDS},
    "transactions/contracts/file.csv": {"GET": EXPORTS_CARDS},
    "transactions/contracts/<str:contract_id>": {"GET": SEES_CARDS},
    "transactions/contracts/<str:contract_id>/deactivate": {"GET": WRITES_CARDS, "POST": WRITES_CARDS},
    "transactions/recurrences/<str:recurrence_id>/cancel": {"GET": WRITES_CARDS, "POST": WRITES_CARDS},
    "transactions/recurrences/<str:recurrence_id>/run-next": {"POST": WRITES_CARDS},
    "transactions/recurrences/<str:recurrence_id>/schedules/<str:schedule_id>/cancel": {
        "GET": WRITES_CARDS,
        "POST": WRITES_CARDS,
    },
    "transactions/sandbox/<str:operation_id>/<str:event>": {"POST": WRITES_CARDS},
}
# Pages of a person who has chosen no client yet; each looks after itself and has its own tests.
OWN_ACCOUNT = {"confirm-password", "customer-selector", "language", "theme", "logout"}
PUBLIC = {
    "v1/token",
    "pix/qr/v2/<id:token>",
    "pix/jwks.json",
    "docs",
    "docs/openapi.json",
    "docs/api",
    "docs/errors",
    "docs/events",
    "docs/webhooks",
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
def ids(active_charge: Charge, operator: Actor) -> dict[str, str]:  # noqa: F811
    unknown = "00000000-0000-4000-8000-000000000000"
    return {
        "txid": active_charge.txid,
        "refund_id": "unknown",
        "transaction_id": unknown,
        **webhook_ids(operator),
        **card_ids(operator),
        **PAGE_IDS,
    }


class Tokens:
    """The kinds of callers of the API, each with one token. Any of the `products` is enough."""

    def __init__(self, client: Client, products: set[str]) -> None:
        own = [scope for scope in SCOPES if scope.partition(".")[0] in products]
        readers, writers = ([scope for scope in own if scope.endswith(end)] for end in (".read", ".write"))
        self.readers, self.writers = (
            [Merchant(client, scopes=(scope,)) for scope in scopes] for scopes in (readers, writers)
        )
        others = tuple(scope for scope in SCOPES if scope not in own)
        self.outsiders = [Merchant(client, scopes=scopes) for scopes in (others, others[:1])]


@pytest.mark.parametrize("route", API)
def test_the_api_asks_each_caller_for_the_scope_of_the_row(route: str, shop: Client, ids: dict[str, str]) -> None:
    scopes = max(API[route].values()) or R
    tokens, path = Tokens(shop, {scope.partition(".")[0] for scope in scopes.split()}), address(route, ids)
    for method in METHODS:
        anonymous = Browser(enforce_csrf_checks=True).generic(method, path)
        if method not in API[route]:
            assert anonymous.status_code == 405
            assert tokens.writers[0].call(method, path).status_code == 405
            continue
        scope = API[route][method]
        assert anonymous.status_code == 401
        for writer in tokens.writers:
            assert said(writer, method, path) not in REFUSED
        for reader in tokens.readers:
            assert (said(reader, method, path) in REFUSED) == scope.endswith(".write")
        for outsider in tokens.outsiders:
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


def module_of(route: str) -> Module:
    name = next(iter(PORTAL[route].values())).partition(":")[0]
    return Module(name) if name in Module.values else Module.CHARGES


def of_another_module(shop: Client) -> User:
    return person_of(shop, module=Module.STATEMENT)


@pytest.mark.parametrize("route", PORTAL)
def test_a_page_asks_each_person_for_the_permission_of_the_row(route: str, shop: Client, ids: dict[str, str]) -> None:
    path, module = address(route, ids), module_of(route)
    every_fine = [fine.value for fine in FINE_PERMISSIONS[module]]
    for method in METHODS:
        permission = PORTAL[route].get(method)
        anonymous = Browser().generic(method, path)
        assert (anonymous.status_code, anonymous.headers.get("Location", "").partition("?")[0]) == (302, "/login")
        if permission is None:
            assert browser_of(person_of(shop, module=module)).generic(method, path).status_code == 405
            continue
        allowed = browser_of(person_of(shop, module=module)).generic(method, path)
        assert allowed.status_code not in (403, 405, 500)
        assert "/login" not in allowed.headers.get("Location", "")
        if permission == SIGNED_IN:
            continue
        assert browser_of(of_another_module(shop)).generic(method, path).status_code == 403
        if not permission.endswith(":read"):
            for withheld in ([permission.partition(":")[2]], every_fine):
                refused = browser_of(person_of(shop, module=module, withheld=withheld))
                assert refused.generic(method, path).status_code == 403


@pytest.mark.parametrize("route", [route for route in PORTAL if "POST" in PORTAL[route]])
def test_whoever_holds_the_permission_alone_is_let_in(route: str, shop: Client, ids: dict[str, str]) -> None:
    granted = PORTAL[route]["POST"].partition(":")[2]
    every_fine = [fine.value for fine in FINE_PERMISSIONS[module_of(route)]]
    person = person_of(shop, module=module_of(route), withheld=[fine for fine in every_fine if fine != granted])
    assert browser_of(person).post(address(route, ids)).status_code not in (403, 405, 500)


def test_the_system_and_another_module_hold_nothing_here(shop: Client) -> None:
    outsider: Actor = actor_for(shop, Module.WEBHOOK)
    assert not any(outsider.may(permission) for permission in (SEES, WRITES, REFUNDS, EXPORTS, PII))


def test_the_staffs_admin_is_closed_to_people_and_sends_strangers_to_the_portals_own_sign_in(shop: Client) -> None:
    for browser in (Browser(), browser_of(person_of(shop))):
        answer: Any = browser.get("/admin/", follow=False)
        assert answer.status_code == 302
        assert "/login" in answer["Location"]
