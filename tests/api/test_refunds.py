"""Refunds through the API (API.md 6.1)."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Client
from charges.models import Refund
from core import clock
from core.actor import BRASILIA
from tests.conftest import Merchant

pytestmark = pytest.mark.django_db
FIELDS = {
    "refundId",
    "txid",
    "merchantRefundId",
    "amount",
    "status",
    "statusReason",
    "nature",
    "endToEndId",
    "devolutionEndToEndId",
    "description",
    "createdAt",
    "completedAt",
}


@pytest.fixture
def paid(merchant: Merchant, txid: str, django_capture_on_commit_callbacks: Any) -> str:
    with django_capture_on_commit_callbacks(execute=True):
        merchant.post(f"/v1/sandbox/charges/{txid}/pay")
    return txid


def refund(merchant: Merchant, txid: str, **body: Any) -> Any:
    return merchant.post("/v1/refunds", {"txid": txid, "amount": 30, **body})


def test_a_refund_is_processing_until_the_network_has_spoken(merchant: Merchant, paid: str) -> None:
    answer = refund(merchant, paid, description="Item em falta", merchantRefundId="r1")
    said = answer.json()
    assert answer.status_code == 201
    assert set(said) == FIELDS
    assert (said["status"], said["amount"], said["nature"]) == ("PROCESSING", 30, "ORIGINAL")
    assert merchant.get(f"/v1/refunds/{said['refundId']}").json() == said
    assert merchant.get(f"/v1/dynamic/{paid}").json()["refunds"] == [said]


def test_the_account_statement_names_a_refund_by_the_merchants_own_id(
    merchant: Merchant, django_capture_on_commit_callbacks: Any
) -> None:
    txid = merchant.post("/v1/dynamic", {"amount": 100, "userReference": "pedido-77"}).json()["txid"]
    with django_capture_on_commit_callbacks(execute=True):
        merchant.post(f"/v1/sandbox/charges/{txid}/pay")
    made = refund(merchant, txid, amount=10.03, merchantRefundId="r1").json()
    with django_capture_on_commit_callbacks(execute=True):
        merchant.post(f"/v1/sandbox/refunds/{made['refundId']}/fail")
    today = clock.today(BRASILIA)
    entries = merchant.get(f"/v1/balance/entries?initialDate={today}&endDate={today}").json()["content"]
    assert [(entry["amount"], entry["merchantId"]) for entry in entries] == [
        (10.03, "r1"),
        (-10.03, "r1"),
        (100, "pedido-77"),
    ]


@pytest.mark.parametrize("ending", [("complete", "COMPLETED", "PARTIALLY REFUNDED"), ("fail", "FAILED", "PAID")])
def test_the_sandbox_ends_a_refund_even_before_the_task_has_sent_it(
    merchant: Merchant, paid: str, ending: tuple[str, str, str], django_capture_on_commit_callbacks: Any
) -> None:
    call, refund_status, charge_status = ending
    made = refund(merchant, paid, amount=10.03).json()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert merchant.post(f"/v1/sandbox/refunds/{made['refundId']}/{call}").status_code == 202
    assert merchant.get(f"/v1/refunds/{made['refundId']}").json()["status"] == refund_status
    assert merchant.get(f"/v1/dynamic/{paid}").json()["status"]["description"] == charge_status


def test_a_refund_that_waits_for_a_second_person_does_not_leave_through_the_sandbox(
    merchant: Merchant, paid: str, shop: Client, django_capture_on_commit_callbacks: Any
) -> None:
    Client.objects.filter(pk=shop.pk).update(refund_approval_above=Decimal(10))
    made = refund(merchant, paid).json()
    with django_capture_on_commit_callbacks(execute=True):
        assert merchant.post(f"/v1/sandbox/refunds/{made['refundId']}/complete").status_code == 202
    assert Refund.objects.get().status == "PROCESSING"


def test_each_broken_rule_is_422_with_its_code(merchant: Merchant, paid: str) -> None:
    assert refund(merchant, paid, amount=100.01).json()["errorCode"] == 121
    assert refund(merchant, paid, endToEndId="E" * 32).json()["errorCode"] == 124
    first = refund(merchant, paid, merchantRefundId="r1").json()
    again = refund(merchant, paid, merchantRefundId="r1").json()
    assert again["errorCode"] == 123
    assert first["refundId"] in again["message"]
    assert Refund.objects.count() == 1


def test_a_charge_that_is_not_paid_or_not_there(merchant: Merchant, txid: str) -> None:
    assert refund(merchant, txid).json()["errorCode"] == 120
    assert refund(merchant, "unknown").json()["errorCode"] == 30


def test_refunds_are_listed_by_charge_and_pix_without_dates(merchant: Merchant, paid: str) -> None:
    made = [refund(merchant, paid, amount=amount).json() for amount in (1, 2, 3)]
    listed = merchant.get(f"/v1/refunds?txid={paid}").json()
    assert listed["content"] == made[::-1]
    assert listed["totalElements"] == 3
    by_pix = merchant.get(f"/v1/refunds?endToEndId={made[0]['endToEndId']}&status=FAILED").json()
    assert by_pix["content"] == []


def test_the_second_page_of_refunds_is_reached_by_its_cursor(merchant: Merchant, paid: str) -> None:
    made = [refund(merchant, paid, amount=amount).json()["refundId"] for amount in (1, 2, 3)]
    first = merchant.get(f"/v1/refunds?txid={paid}&size=2").json()
    second = merchant.get(f"/v1/refunds?txid={paid}&size=2&cursor={first['nextCursor']}").json()
    assert [row["refundId"] for page in (first, second) for row in page["content"]] == made[::-1]
