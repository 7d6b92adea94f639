"""Chargebacks and their disputes through the API (API.md 6.9, STATES.md 5)."""

import base64
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from tests.api.shop import sell, this_week
from tests.conftest import Merchant
from tests.rows import everything
from tests.transactions.books import assert_books_are_right
from transactions.actions.disputes import expire_disputes
from transactions.models import Dispute, Evidence
from webhooks.models import Event

pytestmark = pytest.mark.django_db
DISPUTES = "/v1/disputes"
FILE = {"name": "entrega.txt", "contentType": "text/plain", "content": base64.b64encode(b"Recebido").decode()}


@pytest.fixture
def sold(merchant: Merchant) -> str:
    return str(sell(merchant, orderId="p1")["transactionId"])


@pytest.fixture
def call(merchant: Merchant, sold: str, django_capture_on_commit_callbacks: Any) -> Any:
    """A sandbox call about the sale, and the handling of what the network sends."""

    def send(what: str, body: dict[str, Any] | None = None, operation_id: str = sold) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = merchant.post(f"/v1/sandbox/operations/{operation_id}/{what}", body)
        assert answer.status_code == 202, answer.content

    return send


def only(merchant: Merchant) -> dict[str, Any]:
    (dispute,) = merchant.get(DISPUTES).json()["content"]
    found: dict[str, Any] = dispute
    return found


def balance(merchant: Merchant) -> dict[str, Any]:
    said: dict[str, Any] = merchant.get("/v1/balance").json()
    return said


def card_of(merchant: Merchant, transaction_id: str) -> dict[str, Any]:
    said: dict[str, Any] = merchant.get(f"/v1/credit-card/transactions/{transaction_id}").json()
    return said


def answered(merchant: Merchant, dispute_id: str, what: str, body: Any = None) -> Any:
    return merchant.post(f"{DISPUTES}/{dispute_id}/{what}", body)


def test_a_chargeback_opens_a_dispute_and_blocks_the_receivables(merchant: Merchant, sold: str, call: Any) -> None:
    call("chargeback", {"amount": 40, "reasonCode": "13.1"})
    dispute = only(merchant)
    assert (dispute["type"], dispute["status"], dispute["amount"], dispute["reasonCode"]) == (
        "CHARGEBACK",
        "OPEN",
        40,
        "13.1",
    )
    assert (dispute["operationId"], dispute["orderId"], dispute["evidence"]) == (sold, "p1", [])
    assert dispute["caseId"]
    payment = card_of(merchant, sold)
    assert (payment["flags"], payment["chargedBackAmount"], payment["status"]) == (["CHARGEBACK"], 40, "APPROVED")
    assert sorted(part["status"] for part in payment["installments"]) == ["BLOCKED", "SCHEDULED"]
    assert merchant.get(f"{DISPUTES}/{dispute['disputeId']}").json() == dispute
    assert_books_are_right()


def test_by_default_all_that_remains_is_disputed(merchant: Merchant, sold: str, call: Any) -> None:
    merchant.post(f"/v1/operations/{sold}/refunds", {"amount": 30})
    call("chargeback")
    assert (only(merchant)["amount"], only(merchant)["reasonCode"]) == (70, "10.4")


def test_a_notice_above_what_remains_is_recorded_and_its_excess_shown(merchant: Merchant, sold: str, call: Any) -> None:
    merchant.post(f"/v1/operations/{sold}/refunds")
    call("chargeback", {"amount": 100})
    assert (only(merchant)["amount"], only(merchant)["excessAmount"]) == (100, 100)
    assert_books_are_right()


@pytest.mark.parametrize(("ending", "status"), [("chargeback-win", "WON"), ("chargeback-lose", "LOST")])
def test_a_contested_dispute_is_decided_by_the_network(
    merchant: Merchant, sold: str, call: Any, ending: str, status: str
) -> None:
    call("chargeback")
    dispute_id = only(merchant)["disputeId"]
    contested = answered(merchant, dispute_id, "evidence", {"text": "Entregue", "files": [FILE]}).json()
    assert contested["status"] == "CONTESTED"
    assert [(each["text"], each["name"], each["size"]) for each in contested["evidence"]] == [
        ("Entregue", None, None),
        (None, "entrega.txt", 8),
    ]
    for _ in range(2):
        call(ending)
    decided = only(merchant)
    assert (decided["status"], decided["closedAt"] is not None) == (status, True)
    said = Event.objects.filter(message_type="CARD_CHARGEBACK").order_by("-pk")
    assert [json.loads(bytes(each.body or b""))["event"] for each in said] == [status, "OPENED"]
    assert_books_are_right()


@pytest.mark.parametrize(("ending", "status"), [("chargeback-win", "WON"), ("chargeback-lose", "LOST")])
def test_one_that_a_person_recorded_is_decided_too_and_by_the_id_of_its_chargeback(
    merchant: Merchant, sold: str, call: Any, ending: str, status: str
) -> None:
    chargeback = merchant.post(f"/v1/operations/{sold}/chargebacks", {"amount": 25, "reasonCode": "13.1"}).json()
    assert only(merchant)["chargebackOperationId"] == chargeback["operationId"]
    call(ending, operation_id=chargeback["operationId"])
    assert (only(merchant)["status"], Dispute.objects.count()) == (status, 1)
    assert_books_are_right()


def test_after_a_win_another_may_open(merchant: Merchant, sold: str, call: Any) -> None:
    for _ in range(2):
        call("chargeback", {"amount": 10})
        call("chargeback-win")
    assert merchant.get(f"{DISPUTES}?status=WON").json()["totalElements"] == 2
    assert card_of(merchant, sold)["flags"] == []


def test_where_nothing_can_change_nothing_happens(merchant: Merchant, sold: str, call: Any) -> None:
    merchant.get("/v1/me")
    before = everything()
    for what in ("chargeback-win", "chargeback-lose"):
        call(what)
    call("chargeback", {"amount": 100.01})
    assert everything() == before


def test_an_accepted_dispute_is_lost(merchant: Merchant, sold: str, call: Any) -> None:
    call("chargeback", {"amount": 40})
    accepted = answered(merchant, only(merchant)["disputeId"], "accept")
    assert (accepted.status_code, accepted.json()["status"]) == (200, "ACCEPTED")
    assert {part["status"] for part in card_of(merchant, sold)["installments"]} == {"CANCELLED", "SCHEDULED"}
    for what, body in (("accept", None), ("evidence", {"text": "x"})):
        assert answered(merchant, accepted.json()["disputeId"], what, body).json()["errorCode"] == 240
    assert_books_are_right()


def test_once_the_deadline_has_passed_it_is_expired_whether_or_not_a_job_ran(
    merchant: Merchant, sold: str, call: Any
) -> None:
    call("chargeback")
    Dispute.objects.update(deadline=clock.now() - timedelta(seconds=1))
    dispute = only(merchant)
    assert (dispute["status"], Dispute.objects.get().status) == ("EXPIRED", "OPEN")
    for status, count in (("EXPIRED", 1), ("OPEN", 0)):
        assert merchant.get(f"{DISPUTES}?status={status}").json()["totalElements"] == count
    for what, body in (("accept", None), ("evidence", {"text": "x"})):
        assert answered(merchant, dispute["disputeId"], what, body).json()["errorCode"] == 241
    expire_disputes()
    assert only(merchant)["status"] == "EXPIRED"
    assert_books_are_right()


def test_a_repeat_of_evidence_sends_it_once(merchant: Merchant, sold: str, call: Any) -> None:
    call("chargeback")
    path, key = f"{DISPUTES}/{only(merchant)['disputeId']}/evidence", "11111111-1111-4111-8111-111111111111"
    first = merchant.post(path, {"files": [FILE]}, key=key)
    again = merchant.post(path, {"files": [FILE]}, key=key)
    assert (again.status_code, again.content, Evidence.objects.count()) == (200, first.content, 1)


class TestEvidence:
    @pytest.fixture
    def address(self, merchant: Merchant, call: Any) -> str:
        call("chargeback")
        return f"{DISPUTES}/{only(merchant)['disputeId']}/evidence"

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({}, "text"),
            ({"text": " "}, "text"),
            ({"text": 1}, "text"),
            ({"text": "a" * 5001}, "text"),
            ({"text": "a\x00"}, "text"),
            ({"files": {}}, "files"),
            ({"files": [FILE] * 11}, "files"),
            ({"files": [1]}, "files.0"),
            ({"files": [FILE, {**FILE, "name": "a/b.txt"}]}, "files.1.name"),
            ({"files": [{**FILE, "name": "a\\b.txt"}]}, "files.0.name"),
            ({"files": [{**FILE, "name": ""}]}, "files.0.name"),
            ({"files": [{**FILE, "name": "a" * 121}]}, "files.0.name"),
            ({"files": [{**FILE, "contentType": "text/html"}]}, "files.0.contentType"),
            ({"files": [{**FILE, "content": "não"}]}, "files.0.content"),
            ({"files": [{**FILE, "content": "YQ"}]}, "files.0.content"),
            ({"files": [{**FILE, "content": ""}]}, "files.0.content"),
            ({"files": [{**FILE, "content": None}]}, "files.0.content"),
            ({"files": [{**FILE, "size": 1}]}, "files.0.size"),
            ({"text": "a", "colour": "red"}, "colour"),
        ],
    )
    def test_a_bad_value_is_named_and_changes_nothing(
        self, merchant: Merchant, address: str, body: dict[str, Any], path: str
    ) -> None:
        before = everything()
        refused = merchant.post(address, body)
        assert refused.status_code == 400
        assert [sentence.partition(":")[0] for sentence in refused.json()["errors"]] == [path]
        assert everything() == before

    def test_ten_files_that_fill_the_body_are_kept_as_they_are(self, merchant: Merchant, address: str) -> None:
        content = bytes(range(256)) * 280
        files = [
            {**FILE, "name": f"{number}.txt", "content": base64.b64encode(content).decode()} for number in range(10)
        ]
        assert merchant.post(address, {"files": files}).status_code == 200
        assert {bytes(each.content) for each in Evidence.objects.all()} == {content}

    def test_a_body_above_one_mebibyte_is_413(self, merchant: Merchant, address: str) -> None:
        file = {**FILE, "content": base64.b64encode(bytes(800_000)).decode()}
        assert merchant.post(address, {"files": [file]}).status_code == 413


class TestList:
    @pytest.fixture
    def three(self, merchant: Merchant) -> list[str]:
        """By deadline, the first one first."""
        for amount in (1, 2, 3):
            sold = sell(merchant, orderId=f"p{amount}0")["transactionId"]
            merchant.post(f"/v1/operations/{sold}/chargebacks", {"amount": amount})
        for days, dispute in enumerate(Dispute.objects.order_by("-amount"), start=5):
            Dispute.objects.filter(pk=dispute.pk).update(deadline=clock.now() + timedelta(days=days))
        return [dispute.dispute_id for dispute in Dispute.objects.order_by("-amount")]

    def test_what_must_be_answered_first_comes_first_through_every_cursor(
        self, merchant: Merchant, three: list[str]
    ) -> None:
        seen, query = [], f"{DISPUTES}?size=1"
        page = merchant.get(query).json()
        while True:
            seen += [each["disputeId"] for each in page["content"]]
            if page["nextCursor"] is None:
                break
            page = merchant.get(f"{query}&cursor={page['nextCursor']}").json()
        assert seen == three

    def test_each_filter_finds_its_own(self, merchant: Merchant, three: list[str], foreigner: Merchant) -> None:
        first = Dispute.objects.get(amount=Decimal(1))
        notice = first.notice.operation_id if first.notice else ""
        for query in ("orderId=p10", f"operationId={first.operation.operation_id}", f"operationId={notice}"):
            found = merchant.get(f"{DISPUTES}?{query}").json()["content"]
            assert [each["disputeId"] for each in found] == [first.dispute_id]
            assert foreigner.get(f"{DISPUTES}?{query}").json()["totalElements"] == 0
        for query, count in (
            ("type=CHARGEBACK", 3),
            ("type=MED", 0),
            ("status=OPEN", 3),
            ("status=LOST", 0),
            ("endToEndId=E1", 0),
            (this_week(), 3),
        ):
            assert merchant.get(f"{DISPUTES}?{query}").json()["totalElements"] == count
