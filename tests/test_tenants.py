"""Another client's object does not exist: every address that names one, in the portal and the API, by every method."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Client
from charges.actions.refunds import request_refund
from charges.models import Charge
from core import clock
from core.actor import Actor
from tests.charges.conftest import make_charge, pay
from tests.charges.factories import browser_of, person_of
from tests.conftest import Merchant
from tests.routes import address
from tests.rows import everything
from tests.test_permissions import API, PORTAL, module_of
from tests.transactions.conftest import PAGE_IDS, card_ids
from tests.webhooks.conftest import webhook_ids

pytestmark = pytest.mark.django_db
PUT = {"url": "https://8.8.8.8/", "eventType": "PIX_OUTBOUND", "active": True}
BODIES: dict[str, dict[str, Any]] = {"PATCH": {"amount": 1}, "PUT": PUT}
# By the end of the address, where its method's usual body is not right.
BODIES_OF: dict[str, dict[str, Any]] = {
    "recover": {"since": clock.text(clock.now())},
    "evidence": {"text": "entregue"},
    "capture": {},
    "cancel": {},
    "transactions": {"amount": 1},
}
NAMES = (
    "txid>",
    "refund_id>",
    "endpoint_id>",
    "delivery_id>",
    "event_id>",
    "card_transaction_id>",
    "order_id>",
    "operation_id>",
    "dispute_id>",
    "card_token>",
    "contract_id>",
    "recurrence_id>",
)
OBJECT_ROUTES = {**API, **PORTAL}
WITH_OBJECT = [route for route in OBJECT_ROUTES if any(name in route for name in NAMES)]


@pytest.fixture
def ids(operator: Actor) -> dict[str, str]:
    """The shop's own objects, in the states that allow most."""
    active = make_charge(operator)
    paid = pay(make_charge(operator))
    refund = request_refund(actor=operator, txid=paid.txid, amount=Decimal("10.00"))
    return {
        "txid": active.txid,
        "paid": paid.txid,
        "refund_id": refund.refund_id,
        **webhook_ids(operator),
        **card_ids(operator),
        **PAGE_IDS,
    }


@pytest.mark.parametrize("route", [route for route in WITH_OBJECT if route in API])
def test_the_api_knows_no_object_of_another_client(route: str, stranger: Client, ids: dict[str, str]) -> None:
    foreigner = Merchant(stranger)
    foreigner.get("/v1/me")
    for txid in (ids["txid"], ids["paid"]):
        path = address(route, {**ids, "txid": txid})
        before = everything()
        for method in API[route]:
            answer = foreigner.call(method, path, BODIES_OF.get(path.rpartition("/")[2], BODIES.get(method)))
            assert (answer.status_code, answer.json()["errorCode"]) == (404, 30), (method, path)
        assert everything() == before


@pytest.mark.parametrize("route", [route for route in WITH_OBJECT if route in PORTAL])
def test_the_portal_knows_no_object_of_another_client(route: str, stranger: Client, ids: dict[str, str]) -> None:
    browser = browser_of(person_of(stranger, module=module_of(route)))
    browser.get("/")
    for txid in (ids["txid"], ids["paid"]):
        path = address(route, {**ids, "txid": txid})
        before = everything()
        for method in PORTAL[route]:
            assert browser.generic(method, path).status_code == 404, (method, path)
        assert everything() == before


def test_a_refund_of_another_clients_charge_is_refused_as_unknown(stranger: Client, ids: dict[str, str]) -> None:
    foreigner = Merchant(stranger)
    foreigner.get("/v1/me")
    before = everything()
    answer = foreigner.post("/v1/refunds", {"txid": ids["paid"], "amount": 1})
    assert (answer.status_code, everything()) == (404, before)


def test_lists_and_filters_show_nothing_of_another_client(stranger: Client, ids: dict[str, str]) -> None:
    foreigner, charge = Merchant(stranger), Charge.objects.get(txid=ids["paid"])
    end_to_end_id = charge.payments.get().end_to_end_id
    for query in (f"dynamic?txid={charge.txid}", f"refunds?txid={charge.txid}", f"refunds?endToEndId={end_to_end_id}"):
        assert foreigner.get(f"/v1/{query}").json()["totalElements"] == 0
