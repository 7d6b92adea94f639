"""Orders, operations and their lists through the API (API.md 6.7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.cards import Brand
from tests.api.shop import authorize, card, sell, this_week
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS

pytestmark = pytest.mark.django_db
ORDERS, OPERATIONS = "/v1/orders", "/v1/operations"
Made = dict[str, dict[str, Any]]


@pytest.fixture
def made(merchant: Merchant) -> Made:
    """Orders in each state, by name; the name is the orderId too."""
    kinds = {
        "sold": sell(merchant, orderId="sold", amount=10),
        "denied": sell(merchant, orderId="denied", amount=20, card=card(NUMBERS[Brand.VISA]["2"])),
        "open": authorize(merchant, orderId="open", amount=30),
        "partly": authorize(merchant, orderId="partly", amount=40),
        "refunded": sell(merchant, orderId="refunded", amount=50),
    }
    for name, what, amount in (("partly", "captures", 15), ("refunded", "refunds", 5)):
        body = {"amount": amount, "merchantTransactionId": f"{name}-1"}
        merchant.post(f"{OPERATIONS}/{kinds[name]['transactionId']}/{what}", body)
    return kinds


def ids(envelope: dict[str, Any], name: str = "orderId") -> list[str]:
    return [row[name] for row in envelope["content"]]


def test_an_order_sums_up_its_operations(merchant: Merchant, made: Made) -> None:
    order = merchant.get(f"{ORDERS}/partly").json()
    amounts = ("amount", "authorizedAmount", "capturedAmount", "refundedAmount", "chargedBackAmount")
    assert tuple(order[name] for name in amounts) == (40, 40, 15, 0, 0)
    assert (order["lastOperationType"], order["links"]) == ("CAPTURE", [])
    root, capture = order["operations"]
    assert (root["operationType"], capture["operationType"]) == ("PREAUTHORIZATION", "CAPTURE")
    assert (root["parentOperationId"], capture["parentOperationId"]) == (None, root["operationId"])
    assert order["lastOperationTime"] == capture["operationTime"]


def test_every_attempt_is_among_the_operations(merchant: Merchant) -> None:
    sell(merchant, orderId="p1", card=card(NUMBERS[Brand.VISA]["2"]))
    sell(merchant, orderId="p1")
    operations = merchant.get(f"{ORDERS}/p1").json()["operations"]
    assert [each["operationResult"] for each in operations] == ["DECLINED", "EXECUTED"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("orderState=TO_CAPTURE", {"open", "partly"}),
        ("orderState=CAPTURED", {"sold", "partly", "refunded"}),
        ("paymentMethod=CARD", {"sold", "denied", "open", "partly", "refunded"}),
        ("paymentMethod=BOLETO", set()),
        ("minAmount=30", {"open", "partly", "refunded"}),
        ("maxAmount=20.00", {"sold", "denied"}),
        ("amountType=ORDER_AMOUNT&minAmount=20&maxAmount=30", {"denied", "open"}),
        ("amountType=AUTHORIZED_AMOUNT&maxAmount=0", {"denied"}),
        ("amountType=CAPTURED_AMOUNT&minAmount=15&maxAmount=15", {"partly"}),
        ("dateField=UPDATED", {"sold", "denied", "open", "partly", "refunded"}),
    ],
)
def test_each_filter_of_orders_finds_its_own(merchant: Merchant, made: Made, query: str, found: set[str]) -> None:
    assert set(ids(merchant.get(f"{ORDERS}?{this_week()}&{query}").json())) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("channel=ECOMMERCE", {"sold", "denied", "open", "partly", "refunded"}),
        ("channel=BACKOFFICE", {"partly", "refunded"}),
        ("channel=POS", set()),
        ("operationType=REFUND", {"refunded"}),
        ("operationType=PREAUTHORIZATION", {"open", "partly"}),
        ("operationResult=DECLINED", {"denied"}),
        ("operationResult=AUTHORIZED", {"open", "partly"}),
    ],
)
def test_each_filter_of_operations_finds_its_own(merchant: Merchant, made: Made, query: str, found: set[str]) -> None:
    assert set(ids(merchant.get(f"{OPERATIONS}?{this_week()}&{query}").json())) == found


def test_an_exact_id_makes_the_dates_unnecessary(merchant: Merchant, made: Made) -> None:
    assert ids(merchant.get(f"{ORDERS}?orderId=open").json()) == ["open"]
    assert ids(merchant.get(f"{OPERATIONS}?orderId=partly").json(), "operationType") == ["CAPTURE", "PREAUTHORIZATION"]
    by_own_id = merchant.get(f"{OPERATIONS}?merchantTransactionId=refunded-1").json()
    assert ids(by_own_id, "operationType") == ["REFUND"]
    assert ids(merchant.get(f"{OPERATIONS}?endToEndId=E{'0' * 31}").json()) == []
    for address in (ORDERS, OPERATIONS, f"{ORDERS}?paymentMethod=CARD", f"{OPERATIONS}?channel=POS"):
        assert merchant.get(address).json()["errors"] == ["initialDate: is required", "endDate: is required"]


@pytest.mark.parametrize("address", [ORDERS, OPERATIONS])
def test_a_listed_object_is_the_same_as_one_read_alone(merchant: Merchant, made: Made, address: str) -> None:
    name = "orderId" if address == ORDERS else "operationId"
    listed = merchant.get(f"{address}?{this_week()}").json()["content"]
    for row in listed:
        assert row == merchant.get(f"{address}/{row[name]}").json()


@pytest.mark.parametrize("address", [ORDERS, OPERATIONS])
def test_cursors_walk_every_row_once_and_more_rows_cost_no_more_queries(
    merchant: Merchant, made: Made, address: str
) -> None:
    whole = merchant.get(f"{address}?{this_week()}").json()["content"]
    page: dict[str, Any] = merchant.get(f"{address}?{this_week()}&size=2").json()
    seen = page["content"]
    while page["nextCursor"]:
        page = merchant.get(f"{address}?{this_week()}&size=2&cursor={page['nextCursor']}").json()
        seen += page["content"]
    assert seen == whole
    counts = set()
    for size in (1, len(whole)):
        with CaptureQueriesContext(connection) as captured:
            merchant.get(f"{address}?{this_week()}&size={size}")
        counts.add(len(captured))
    assert len(counts) == 1


def test_another_client_sees_none_of_them(foreigner: Merchant, made: Made) -> None:
    for query in (this_week(), "orderId=partly"):
        for address in (ORDERS, OPERATIONS):
            assert foreigner.get(f"{address}?{query}").json()["totalElements"] == 0


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("minAmount=abc", "minAmount"),
        ("minAmount=1e2", "minAmount"),
        ("minAmount=-1", "minAmount"),
        ("maxAmount=1.001", "maxAmount"),
        ("minAmount=2&maxAmount=1", "maxAmount"),
        ("amountType=REFUNDED_AMOUNT", "amountType"),
        ("orderState=OPEN", "orderState"),
        ("paymentMethod=card", "paymentMethod"),
        ("colour=red", "colour"),
        ("orderId=a&orderId=b", "orderId"),
        ("dateField=PAID", "dateField"),
    ],
)
def test_a_bad_filter_of_orders_is_named(merchant: Merchant, query: str, name: str) -> None:
    refused = merchant.get(f"{ORDERS}?{this_week()}&{query}")
    assert refused.status_code == 400
    assert [sentence.partition(":")[0] for sentence in refused.json()["errors"]] == [name]


def test_dates_count_in_the_zone_of_the_client(merchant: Merchant, made: Made) -> None:
    tomorrow = clock.now().date() + timedelta(days=2)
    later = f"initialDate={tomorrow}&endDate={tomorrow}"
    assert merchant.get(f"{ORDERS}?{later}").json()["totalElements"] == 0
