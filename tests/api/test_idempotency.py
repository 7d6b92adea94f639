"""A request with a key is done once (API.md 4), through the API: replays, races, refusals, and a process that dies."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from charges.actions import charges as actions
from charges.errors import ChargeAlreadyPaid
from charges.models import Charge
from core import clock
from core.models import IdempotencyKey
from gateways.errors import GatewayRefused, OutcomeUnknown
from gateways.protocols import ChargeOrder
from gateways.sandbox.models import SandboxCharge
from gateways.sandbox.pix import SandboxPix
from tests.conftest import Merchant
from tests.racing import at_once
from transactions.models import Order
from webhooks.models import Event

pytestmark = pytest.mark.django_db
BODY = {"amount": 100, "description": "Pedido 1042"}


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def rows() -> tuple[int, int, int, int]:
    counted = (Charge, Event, SandboxCharge, IdempotencyKey)
    return tuple(model.objects.count() for model in counted)  # type: ignore[return-value]


def outcome(merchant: Merchant, key: str) -> dict[str, Any]:
    said: dict[str, Any] = merchant.get(f"/v1/requests/{key}").json()
    return said


def test_a_repeat_gets_the_same_answer_with_its_image_and_changes_nothing(merchant: Merchant, key: str) -> None:
    first = merchant.post("/v1/dynamic", BODY, key=key)
    before = rows()
    again = merchant.post("/v1/dynamic", BODY, key=key)
    assert (again.status_code, again["x-idempotent-replay"], again.content) == (201, "true", first.content)
    assert not first.has_header("x-idempotent-replay")
    assert again.json()["qrCodeBase64"]
    assert rows() == before


def test_the_stored_answer_holds_no_image(merchant: Merchant, key: str) -> None:
    merchant.post("/v1/dynamic", BODY, key=key)
    assert b'"qrCodeBase64":null' in bytes(IdempotencyKey.objects.get().body or b"")


def test_the_case_of_a_key_does_not_matter(merchant: Merchant, key: str) -> None:
    merchant.post("/v1/dynamic", BODY, key=key)
    assert merchant.post("/v1/dynamic", BODY, key=key.upper()).has_header("x-idempotent-replay")


def test_a_documented_base_path_shares_the_key_with_the_canonical_one(merchant: Merchant, key: str) -> None:
    first = merchant.post("/charge/v1/dynamic", BODY, key=key)
    again = merchant.post("/v1/dynamic", BODY, key=key)
    assert again.has_header("x-idempotent-replay")
    assert again.json()["txid"] == first.json()["txid"]


def test_another_body_under_the_same_key_is_422_even_if_only_a_space_differs(merchant: Merchant, key: str) -> None:
    merchant.post("/v1/dynamic", b'{"amount":100}', key=key)
    before = rows()
    for body in (b'{"amount": 100}', b'{"amount":101}'):
        answer = merchant.post("/v1/dynamic", body, key=key)
        assert (answer.status_code, answer.json()["errorCode"]) == (422, 12)
    assert rows() == before


def test_a_finished_answer_is_given_before_the_body_is_judged(
    merchant: Merchant, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant.post("/v1/dynamic", BODY, key=key)
    monkeypatch.setattr("core.api.views.read_body", lambda *_args: 1 / 0)
    assert merchant.post("/v1/dynamic", BODY, key=key).status_code == 201


def test_the_same_key_on_another_path_or_method_or_client_is_another_request(
    merchant: Merchant, foreigner: Merchant, key: str
) -> None:
    txid = merchant.post("/v1/dynamic", BODY, key=key).json()["txid"]
    assert merchant.call("PATCH", f"/v1/dynamic/{txid}", {"amount": 5}, key=key).status_code == 200
    assert merchant.call("DELETE", f"/v1/dynamic/{txid}", key=key).json()["status"]["description"] == "CANCELLED"
    assert foreigner.post("/v1/dynamic", BODY, key=key).json()["txid"] != txid


@pytest.mark.parametrize("body", [{"amount": 0}, {"amount": 1, "colour": "red"}, {}])
def test_a_400_takes_no_key(merchant: Merchant, key: str, body: dict[str, Any]) -> None:
    assert merchant.post("/v1/dynamic", body, key=key).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert merchant.post("/v1/dynamic", BODY, key=key).status_code == 201


def test_a_refusal_gives_the_key_free_for_a_corrected_body(merchant: Merchant, key: str, txid: str) -> None:
    refused = merchant.post("/v1/refunds", {"txid": txid, "amount": 1}, key=key)
    assert (refused.status_code, refused.json()["errorCode"]) == (422, 120)
    assert outcome(merchant, key) == {"outcome": "NOT_FOUND"}
    merchant.post(f"/v1/sandbox/charges/{txid}/pay")
    assert merchant.call("DELETE", f"/v1/dynamic/{txid}", key=key).status_code == 422
    assert outcome(merchant, key) == {"outcome": "NOT_FOUND"}


def test_a_refusal_after_the_claim_was_committed_gives_the_key_free_too(
    merchant: Merchant, key: str, txid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paid_in_between(*_args: Any) -> None:
        raise ChargeAlreadyPaid

    with monkeypatch.context() as patch:
        patch.setattr(actions, "_about_to_change", paid_in_between)
        refused = merchant.call("PATCH", f"/v1/dynamic/{txid}", {"amount": 5}, key=key)
    assert refused.json()["errorCode"] == 104
    assert merchant.call("PATCH", f"/v1/dynamic/{txid}", {"amount": 6}, key=key).status_code == 200


def test_what_the_network_refuses_leaves_no_charge_and_no_claim(
    merchant: Merchant, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_gateway: SandboxPix, _order: ChargeOrder) -> None:
        raise GatewayRefused("receiver blocked")

    monkeypatch.setattr(SandboxPix, "create_charge", refuse)
    assert merchant.post("/v1/dynamic", BODY, key=key).json()["errorCode"] == 102
    assert not IdempotencyKey.objects.exists()
    assert not merchant.get("/v1/dynamic?initialDate=2020-01-01&endDate=2020-01-02").json()["content"]
    assert Order.objects.get().was_refused
    monkeypatch.undo()
    assert merchant.post("/v1/dynamic", BODY, key=key).status_code == 201


def test_an_unknown_outcome_is_created_without_code_and_replayed_so(
    merchant: Merchant, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_answer(_gateway: SandboxPix, _order: ChargeOrder) -> None:
        raise OutcomeUnknown

    monkeypatch.setattr(SandboxPix, "create_charge", lose_the_answer)
    first = merchant.post("/v1/dynamic", BODY, key=key)
    assert (first.status_code, first.json()["status"]) == (201, {"code": "1", "description": "CREATED"})
    assert (first.json()["pixCopyAndPaste"], first.json()["qrCodeBase64"]) == (None, None)
    assert merchant.post("/v1/dynamic", BODY, key=key).content == first.content


class Killed(BaseException):
    """Nothing catches it: as if the process had died."""


class TestAProcessThatDies:
    @pytest.fixture(autouse=True)
    def dies_once(self, merchant: Merchant, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def die(*_args: Any, **_kwargs: Any) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(actions, "_settle_creation", die)
            with pytest.raises(Killed):
                merchant.post("/v1/dynamic", BODY, key=key)

    def test_between_its_two_steps_holds_the_key_for_the_lease(self, merchant: Merchant, key: str) -> None:
        answer = merchant.post("/v1/dynamic", BODY, key=key)
        assert (answer.status_code, answer.json()["errorCode"], answer["Retry-After"]) == (409, 13, "1")
        assert outcome(merchant, key) == {"outcome": "RUNNING", "method": "POST", "path": "/v1/dynamic"}

    def test_is_finished_by_a_repeat_after_the_lease_without_asking_the_network_again(
        self, merchant: Merchant, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[ChargeOrder] = []
        monkeypatch.setattr(SandboxPix, "create_charge", lambda _gateway, order: asked.append(order))
        IdempotencyKey.objects.update(lease_until=clock.now() - timedelta(seconds=1))
        answer = merchant.post("/v1/dynamic", BODY, key=key)
        assert (answer.status_code, answer.json()["status"]["description"]) == (201, "ACTIVE")
        assert asked == []
        assert (Charge.objects.count(), SandboxCharge.objects.count()) == (1, 1)


def test_a_deletion_that_died_after_the_network_agreed_is_finished_by_its_repeat(
    merchant: Merchant, key: str, txid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions, "end", die)
        with pytest.raises(Killed):
            merchant.call("DELETE", f"/v1/dynamic/{txid}", key=key)
    assert Charge.objects.get().next_look_up_at is not None
    IdempotencyKey.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    answer = merchant.call("DELETE", f"/v1/dynamic/{txid}", key=key)
    assert (answer.status_code, answer.json()["status"]["description"]) == (200, "CANCELLED")
    assert Charge.objects.get().next_look_up_at is None


@pytest.mark.django_db(transaction=True)
def test_of_fifty_requests_at_once_with_one_key_exactly_one_makes_a_charge(merchant: Merchant, key: str) -> None:
    answers = at_once(50, lambda _position: merchant.post("/v1/dynamic", BODY, key=key))
    statuses = Counter(answer.status_code for answer in answers)
    # The others replay or are told to wait; 503 is the gateway's own limit of seats, taken before the claim.
    assert statuses[201] >= 1
    assert set(statuses) <= {201, 409, 503}
    assert len({answer.json()["txid"] for answer in answers if answer.status_code == 201}) == 1
    assert (Charge.objects.count(), SandboxCharge.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(name="charge.created").count() == 1


class TestWhatBecameOfARequest:
    """GET /v1/requests/{x-transaction-id} (API.md 6.8)."""

    def test_finished(self, merchant: Merchant, key: str) -> None:
        made = merchant.post("/v1/dynamic", BODY, key=key).json()
        said = outcome(merchant, key.upper())
        assert (said["outcome"], said["method"], said["path"], said["httpStatus"]) == (
            "FINISHED",
            "POST",
            "/v1/dynamic",
            201,
        )
        assert said["body"] == {**made, "qrCodeBase64": None}

    def test_never_arrived(self, merchant: Merchant, key: str) -> None:
        assert outcome(merchant, key) == {"outcome": "NOT_FOUND"}

    def test_of_another_client(self, merchant: Merchant, foreigner: Merchant, key: str) -> None:
        merchant.post("/v1/dynamic", BODY, key=key)
        assert outcome(foreigner, key) == {"outcome": "NOT_FOUND"}

    def test_of_a_scope_that_the_token_lacks(self, merchant: Merchant, reader: Merchant, key: str) -> None:
        merchant.post("/v1/dynamic", BODY, key=key)
        assert outcome(reader, key) == {"outcome": "NOT_FOUND"}

    def test_a_key_that_is_none_is_400(self, merchant: Merchant) -> None:
        assert merchant.get("/v1/requests/abc").json()["errors"][0].startswith("x-transaction-id: ")


@pytest.mark.parametrize("path", ["/v1/cob-static/encode", "/v1/cob-static/decode", "/v1/sandbox/charges/x/expire"])
def test_calls_outside_idempotency_take_no_key(merchant: Merchant, key: str, path: str) -> None:
    for _ in range(2):
        assert not merchant.post(path, {}, key=key).has_header("x-idempotent-replay")
    assert not IdempotencyKey.objects.exists()
