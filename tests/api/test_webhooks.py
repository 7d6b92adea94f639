"""Webhooks and messages through the API (API.md 6.2 and 6.8)."""

import json
import uuid
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from charges.actions.refunds import settle_refund
from charges.models import Charge, Refund
from core import clock
from core.actor import Actor
from gateways.protocols import RefundOutcome
from tests.api.contract import hold_to_contract
from tests.charges.conftest import make_charge, pay
from tests.conftest import Merchant
from tests.rows import everything
from tests.webhooks.conftest import claim_all, make_endpoint, outcome, tell
from webhooks import catalogue, promises
from webhooks.actions import delivery
from webhooks.models import Delivery, Endpoint, Event

pytestmark = pytest.mark.django_db

URL, TYPE = "https://8.8.8.8/pix", "PIX_QR_INBOUND"
BODY = {"url": URL, "eventType": TYPE}


def created(merchant: Merchant, **fields: Any) -> dict[str, Any]:
    answer = merchant.post("/v1/webhooks", {**BODY, **fields})
    assert answer.status_code == 201, answer.content
    hold_to_contract("POST", "/v1/webhooks", answer)
    return dict(answer.json())


def read(merchant: Merchant, path: str) -> Any:
    answer = merchant.get(path)
    assert answer.status_code == 200, answer.content
    hold_to_contract("GET", path, answer)
    return answer.json()


def results(merchant: Merchant, **query: str) -> list[dict[str, Any]]:
    today = clock.now().date()
    given = {"initialDate": str(today - timedelta(days=1)), "endDate": str(today + timedelta(days=1)), **query}
    query_string = "&".join(f"{name}={value}" for name, value in given.items())
    return list(read(merchant, f"/v1/webhooks/results?{query_string}")["content"])


def deliver(status: int) -> None:
    delivery.conclude([outcome(call, status, ended_at=clock.now(), response="hi") for call in claim_all()])


# Endpoints -------------------------------------------------------------------------------------------------------


def test_a_webhook_is_made_with_its_defaults_and_its_secret_is_shown_once(merchant: Merchant) -> None:
    made = created(merchant)
    assert made["secret"].startswith("whsec_")
    assert (made["active"], made["status"], made["includeLifecycle"]) == (True, "ACTIVE", False)
    shown = read(merchant, f"/v1/webhooks/{made['id']}")
    assert "secret" not in shown
    assert shown == {name: value for name, value in made.items() if name != "secret"}


def test_a_replay_of_a_secret_has_null_and_the_store_never_held_it(merchant: Merchant) -> None:
    key = str(uuid.uuid4())
    first = merchant.post("/v1/webhooks", BODY, key=key)
    again = merchant.post("/v1/webhooks", BODY, key=key)
    assert again.headers["x-idempotent-replay"] == "true"
    assert again.json() == {**first.json(), "secret": None}
    rotation = str(uuid.uuid4())
    path = f"/v1/webhooks/{first.json()['id']}/secret"
    rotated = merchant.post(path, key=rotation)
    assert rotated.json()["secret"] not in (None, first.json()["secret"])
    assert merchant.post(path, key=rotation).json()["secret"] is None
    assert Endpoint.objects.count() == 1
    shown = read(merchant, f"/v1/requests/{key}")
    assert shown["body"]["secret"] is None


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/",
        "ftp://8.8.8.8/",
        "https://user:secret@8.8.8.8/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://8.8.8.8:22/",
        "https://8.8.8.8:80/",
        "https://intranet/",
        "https://printer.local/",
        "https:///",
        "not an address",
    ],
)
def test_an_address_that_is_not_https_and_public_is_refused_with_a_reason(merchant: Merchant, url: str) -> None:
    kept = created(merchant)
    before = everything()
    for answer in (
        merchant.post("/v1/webhooks", {**BODY, "url": url}),
        merchant.call("PUT", f"/v1/webhooks/{kept['id']}", {**BODY, "url": url, "active": True}),
    ):
        assert (answer.status_code, answer.json()["errorCode"]) == (422, 140)
        assert answer.json()["errors"][0].startswith("url: ")
    assert everything() == before


@pytest.mark.parametrize("port", [443, 1024, 8443, 65535])
def test_public_ports_are_443_and_those_from_1024(merchant: Merchant, port: int) -> None:
    assert created(merchant, url=f"https://8.8.8.8:{port}/")["url"].endswith(f":{port}/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", None),
        ("url", 1),
        ("url", ""),
        ("url", "https://a.example.com/" + "a" * 2048),
        ("eventType", "TEST"),
        ("eventType", "pix_qr_inbound"),
        ("eventType", ["PIX_OUTBOUND"]),
        ("active", "true"),
        ("active", None),
        ("includeLifecycle", 1),
        ("description", "a" * 141),
        ("description", {}),
        ("secret", "whsec_mine"),
    ],
)
def test_every_bad_field_is_named_and_changes_nothing(merchant: Merchant, field: str, value: object) -> None:
    merchant.get("/v1/me")  # notes the first use of the credential
    before = everything()
    answer = merchant.post("/v1/webhooks", {**BODY, field: value})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, 36)
    assert answer.json()["errors"][0].startswith(f"{field}: ")
    assert everything() == before


def test_a_client_has_at_most_twenty(merchant: Merchant, operator: Actor) -> None:
    for _number in range(promises.MOST_ENDPOINTS):
        last = make_endpoint(operator)
    answer = merchant.post("/v1/webhooks", BODY)
    assert (answer.status_code, answer.json()["errorCode"]) == (422, 141)
    assert merchant.call("DELETE", f"/v1/webhooks/{last.endpoint.endpoint_id}").status_code == 204
    created(merchant)


def test_put_replaces_and_clears_what_is_absent(merchant: Merchant) -> None:
    made = created(merchant, description="Loja", includeLifecycle=True)
    path = f"/v1/webhooks/{made['id']}"
    assert merchant.call("PUT", path, BODY).status_code == 400
    wanted = {"url": "https://8.8.4.4/", "eventType": "PIX_OUTBOUND", "active": False}
    answer = merchant.call("PUT", path, wanted)
    hold_to_contract("PUT", path, answer)
    shown = answer.json()
    assert (shown["description"], shown["includeLifecycle"], shown["status"]) == (None, False, "INACTIVE")
    assert read(merchant, path) == shown
    assert merchant.call("PUT", path, {**wanted, "active": True}).json()["status"] == "ACTIVE"


def test_a_deleted_webhook_is_gone_and_the_repeat_of_the_call_is_answered_alike(merchant: Merchant) -> None:
    path, key = f"/v1/webhooks/{created(merchant)['id']}", str(uuid.uuid4())
    first = merchant.call("DELETE", path, key=key)
    assert (first.status_code, first.content) == (204, b"")
    assert merchant.call("DELETE", path, key=key).status_code == 204
    for method, below, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/test", None),
        ("POST", "/secret", None),
    ):
        assert merchant.call(method, path + below, body).status_code == 404
    assert read(merchant, "/v1/webhooks")["content"] == []
    assert read(merchant, f"/v1/requests/{key}")["httpStatus"] == 204


def test_the_list_filters_by_part_of_the_address_type_and_whether_active(merchant: Merchant) -> None:
    one = created(merchant)
    two = created(merchant, url="https://8.8.4.4/PAYOUTS", eventType="PIX_OUTBOUND", active=False)
    for query, expected in (
        ("", [two, one]),
        ("?url=payouts", [two]),
        ("?url=%25", []),
        (f"?eventType={TYPE}", [one]),
        ("?active=true", [one]),
        ("?active=false", [two]),
    ):
        assert [each["id"] for each in read(merchant, f"/v1/webhooks{query}")["content"]] == [
            each["id"] for each in expected
        ]


# Results and repair ----------------------------------------------------------------------------------------------


def test_the_log_shows_every_message_and_attempt(merchant: Merchant, operator: Actor) -> None:
    made = created(merchant)
    event = tell(operator, txid="tx1", userReference="pedido-1")
    deliver(503)
    (shown,) = results(merchant)
    assert (shown["webhookId"], shown["eventId"], shown["objectId"]) == (made["id"], event.event_id, "tx1")
    assert (shown["status"], shown["userReference"]) == ("PENDING", "pedido-1")
    assert shown["nextAttemptAt"] is not None
    (attempt,) = shown["attempts"]
    assert (attempt["statusCode"], attempt["trigger"], attempt["response"]) == (503, "AUTOMATIC", "hi")
    assert len(read(merchant, "/v1/webhooks/results?txid=tx1")["content"]) == 1
    for query in ({"userReference": "pedido-1"}, {"status": "PENDING"}, {"webhookId": made["id"]}, {"eventType": TYPE}):
        assert len(results(merchant, **query)) == 1
    for query in ({"userReference": "x"}, {"status": "FAILED"}, {"webhookId": "x"}, {"eventType": "TEST"}):
        assert results(merchant, **query) == []
    assert merchant.get("/v1/webhooks/results").status_code == 400


def test_a_long_log_costs_no_more_queries_than_a_short_one(merchant: Merchant, operator: Actor) -> None:
    created(merchant)
    counts = []
    for _round in range(2):
        for _message in range(4):
            tell(operator)
        deliver(500)
        with CaptureQueriesContext(connection) as seen:
            results(merchant)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_test_a_resend_and_a_recovery_say_how_many_they_send(merchant: Merchant, operator: Actor) -> None:
    path = f"/v1/webhooks/{created(merchant)['id']}"
    for call, body, expected in (
        (f"{path}/test", None, 1),
        (f"{path}/recover", {"since": str(clock.today(operator.zone))}, 0),
    ):
        answer = merchant.post(call, body)
        hold_to_contract("POST", call, answer)
        assert (answer.status_code, answer.json()) == (202, {"deliveries": expected})
    tell(operator)
    deliver(500)
    pending = results(merchant, eventType=TYPE)[0]["deliveryId"]
    answer = merchant.post(f"/v1/webhooks/results/{pending}/resend")
    assert (answer.status_code, answer.json()) == (202, {"deliveries": 1})
    assert [call.number for call in claim_all()] == [2]
    window = {"since": clock.text(clock.now() - timedelta(hours=1)), "all": True}
    assert merchant.post(f"{path}/recover", window).json() == {"deliveries": 1}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2020-01-01"}, "since"),
        ({"since": 5}, "since"),
        ({"since": "NOW", "until": "then"}, "until"),
        ({"since": "NOW", "until": "2026-01-01"}, "until"),
        ({"since": "NOW", "all": "yes"}, "all"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(merchant: Merchant, body: dict[str, Any], field: str) -> None:
    path = f"/v1/webhooks/{created(merchant)['id']}/recover"
    said = {name: clock.text(clock.now()) if value == "NOW" else value for name, value in body.items()}
    answer = merchant.post(path, said)
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith(f"{field}: ")


# Messages --------------------------------------------------------------------------------------------------------


def test_messages_can_be_read_without_any_webhook_and_equal_the_signed_body(
    merchant: Merchant, operator: Actor
) -> None:
    event = tell(operator, txid="tx1")
    (shown,) = read(merchant, "/v1/events")["content"]
    body = json.loads(bytes(event.body or b""))
    assert shown == {"eventId": event.event_id, "createdAt": clock.text(event.created_at), **body}
    assert read(merchant, f"/v1/events/{event.event_id}") == shown
    assert len(read(merchant, "/v1/events?objectId=tx1")["content"]) == 1
    assert read(merchant, "/v1/events?eventType=PIX_OUTBOUND")["content"] == []


def test_reading_on_from_the_last_message_misses_nothing_and_repeats_nothing(
    merchant: Merchant, operator: Actor
) -> None:
    ids = [tell(operator).event_id for _message in range(7)]
    seen = [ids[0]]
    while page := read(merchant, f"/v1/events?since={seen[-1]}&size=2")["content"]:
        seen += [each["eventId"] for each in page]
    assert seen == ids


def test_what_came_after_a_message_is_walked_by_cursor_like_any_list(merchant: Merchant, operator: Actor) -> None:
    ids = [tell(operator).event_id for _message in range(6)]
    since = f"/v1/events?since={ids[0]}&size=2"
    page = read(merchant, since)
    seen = page["content"]
    while page["nextCursor"]:
        page = read(merchant, f"{since}&cursor={page['nextCursor']}")
        seen += page["content"]
    assert [each["eventId"] for each in seen] == ids[1:]


def test_only_a_message_of_ones_own_can_be_read_on_from(merchant: Merchant) -> None:
    assert merchant.get("/v1/events?since=msg_unknown").status_code == 400


def test_messages_are_kept_for_thirty_days(merchant: Merchant, operator: Actor) -> None:
    event = tell(operator)
    Event.objects.update(created_at=clock.now() - timedelta(days=30, seconds=1))
    assert read(merchant, "/v1/events")["content"] == []
    assert merchant.get(f"/v1/events/{event.event_id}").status_code == 404


def test_another_client_sees_and_changes_nothing(
    merchant: Merchant, foreigner: Merchant, operator: Actor, stranger: Client
) -> None:
    path = f"/v1/webhooks/{created(merchant)['id']}"
    event = tell(operator, txid="tx1")
    delivery_id = Delivery.objects.get().delivery_id
    foreigner.get("/v1/me")  # notes the first use of the credential
    before = everything()
    put = {**BODY, "active": False}
    for method, address, body in (
        ("GET", path, None),
        ("PUT", path, put),
        ("DELETE", path, None),
        ("POST", f"{path}/test", None),
        ("POST", f"{path}/secret", None),
        ("POST", f"{path}/recover", {"since": clock.text(clock.now())}),
        ("POST", f"/v1/webhooks/results/{delivery_id}/resend", None),
        ("GET", f"/v1/events/{event.event_id}", None),
    ):
        assert foreigner.call(method, address, body).status_code == 404, address
    assert foreigner.get(f"/v1/events?since={event.event_id}").status_code == 400
    assert results(foreigner) == []
    for address in ("/v1/webhooks", "/v1/events", "/v1/webhooks/results?txid=tx1"):
        assert read(foreigner, address)["content"] == []
    assert everything() == before


def test_reading_needs_the_scope_to_read_and_writing_the_one_to_write(shop: Client, operator: Actor) -> None:
    endpoint = make_endpoint(operator).endpoint
    path = f"/v1/webhooks/{endpoint.endpoint_id}"
    blind, reader = Merchant(shop, scopes=("charges.write",)), Merchant(shop, scopes=("webhooks.read",))
    for address in ("/v1/webhooks", path, "/v1/events", "/v1/webhooks/results?txid=a"):
        assert (blind.get(address).status_code, reader.get(address).status_code) == (403, 200)
    for method, address in (("POST", "/v1/webhooks"), ("PUT", path), ("DELETE", path), ("POST", f"{path}/test")):
        assert reader.call(method, address, {}).status_code == 403
    assert reader.post("/v1/webhooks/results/x/resend").status_code == 403


# The catalogue ---------------------------------------------------------------------------------------------------


def test_every_example_obeys_its_schema_and_is_small() -> None:
    described = [each for each in catalogue.event_types() if each.is_sent]
    assert {each.name for each in described} >= {TYPE, "TEST"}
    for each in described:
        jsonschema_rs.validate(each.schema or False, each.example)
        assert len(json.dumps(each.example)) < promises.LARGEST_MESSAGE


def test_what_is_sent_obeys_the_published_schema(merchant: Merchant, operator: Actor) -> None:
    created(merchant, includeLifecycle=True)
    paid: Charge = pay(make_charge(operator))
    merchant.post("/v1/refunds", {"txid": paid.txid, "amount": 10})
    known = RefundOutcome(completed=True, devolution_end_to_end_id="D" * 32)
    settle_refund(refund_id=Refund.objects.get().refund_id, outcome=known)
    other = merchant.post("/v1/dynamic", {"amount": 5}).json()["txid"]
    merchant.call("DELETE", f"/v1/dynamic/{other}")
    bodies = [json.loads(bytes(event.body)) for event in Event.objects.exclude(body=None) if event.body]
    assert [body["type"] for body in bodies] == ["PAYMENT", "REFUND", "LIFECYCLE"]
    for body in bodies:
        jsonschema_rs.validate(catalogue.event_type(TYPE).schema or False, body)
    assert Delivery.objects.count() == 3
