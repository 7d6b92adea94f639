"""The balance, the account statement, installments and the statement through the API (API.md 6.6 and 6.8)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import Range

from accounts.models import Client
from core import clock
from core.actor import BRASILIA
from core.cards import Brand
from tests.api.shop import authorize, sell, this_week
from tests.conftest import Merchant
from tests.transactions.books import assert_books_are_right
from transactions.actions.receivables import settle_due
from transactions.models import CardPayment, FeeRule, Receivable, Terminal

pytestmark = pytest.mark.django_db
BALANCE, ENTRIES = "/v1/balance", "/v1/balance/entries"
INSTALLMENTS, STATEMENT = "/v1/credit-card/installments", "/v1/statement"
TODAY = clock.today(BRASILIA)
IN_THREE = {"amount": 100, "numberInstallments": 3, "paymentType": "PARCELADO_LOJA"}


@pytest.fixture(autouse=True)
def fees(shop: Client) -> None:
    """10 % on every Visa credit card."""
    FeeRule.objects.create(
        client=shop,
        brand=Brand.VISA.value,
        type="CREDIT",
        installments=Range(1, 13),
        valid=Range(TODAY - timedelta(days=1), None),
        percentage=Decimal("10.00"),
    )


def settle_everything() -> None:
    Receivable.objects.update(pays_on=TODAY)
    settle_due()


def refund(merchant: Merchant, operation_id: str, amount: float) -> str:
    return str(merchant.post(f"/v1/operations/{operation_id}/refunds", {"amount": amount}).json()["operationId"])


def rows(merchant: Merchant, address: str, query: str = "") -> list[dict[str, Any]]:
    answer = merchant.get(f"{address}?{query or this_week()}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["content"]
    return found


class TestBalance:
    def test_nothing_has_moved_yet(self, merchant: Merchant) -> None:
        assert merchant.get(BALANCE).content == (
            b'{"available":0.00,"inTransit":0.00,"blocked":0.00,"receivables":0.00}'
        )

    def test_a_sale_is_receivable_then_available_then_blocked_by_a_dispute(self, merchant: Merchant) -> None:
        sold = sell(merchant, amount=100)["transactionId"]
        assert merchant.get(BALANCE).json() == {"available": 0, "inTransit": 0, "blocked": 0, "receivables": 90}
        settle_everything()
        assert merchant.get(BALANCE).json() == {"available": 90, "inTransit": 0, "blocked": 0, "receivables": 0}
        merchant.post(f"/v1/operations/{sold}/chargebacks", {"amount": 50})
        assert merchant.get(BALANCE).json() == {"available": 45, "inTransit": 0, "blocked": 45, "receivables": 0}
        assert_books_are_right()

    @pytest.mark.parametrize("scope", ["orders.read", "pix-checkout.read", "orders.write", "pix-checkout.write"])
    def test_either_scope_is_enough(self, shop: Client, scope: str) -> None:
        assert Merchant(shop, scopes=(scope,)).get(BALANCE).status_code == 200

    def test_another_scope_is_not(self, shop: Client) -> None:
        refused = Merchant(shop, scopes=("credit-card.read",)).get(BALANCE)
        assert (refused.status_code, refused.json()["errorCode"]) == (403, 21)

    def test_another_client_has_its_own(self, merchant: Merchant, foreigner: Merchant) -> None:
        sell(merchant)
        settle_everything()
        assert foreigner.get(BALANCE).json()["available"] == 0
        assert rows(foreigner, ENTRIES) == []


class TestEntries:
    def test_each_movement_says_what_moved_and_the_balance_after_it(self, merchant: Merchant) -> None:
        first, second = (sell(merchant, amount=amount)["transactionId"] for amount in (100, 200))
        settle_everything()
        merchant.post(f"/v1/operations/{first}/chargebacks", {"amount": 50})
        newest, *older = rows(merchant, ENTRIES)
        assert (newest["amount"], newest["type"], newest["objectId"]) == (-45, "DISPUTE_OPENED", first)
        assert [(each["amount"], each["type"], each["objectId"]) for each in older] == [
            (180, "CARD_SETTLED", second),
            (90, "CARD_SETTLED", first),
        ]
        assert [each["balanceAfter"] for each in (newest, *older)] == [225, 270, 90]
        assert newest["balanceAfter"] == merchant.get(BALANCE).json()["available"]

    def test_cursors_walk_every_movement_and_the_dates_are_required(self, merchant: Merchant) -> None:
        for _ in range(3):
            sell(merchant)
        settle_everything()
        page = merchant.get(f"{ENTRIES}?{this_week()}&size=2").json()
        rest = merchant.get(f"{ENTRIES}?{this_week()}&size=2&cursor={page['nextCursor']}").json()
        assert [each["balanceAfter"] for each in page["content"] + rest["content"]] == [270, 180, 90]
        assert rest["nextCursor"] is None
        assert merchant.get(ENTRIES).json()["errors"] == ["initialDate: is required", "endDate: is required"]


class TestInstallments:
    def test_each_part_with_its_fee_and_its_day(self, merchant: Merchant) -> None:
        sold = sell(merchant, **IN_THREE)
        found = sorted(rows(merchant, INSTALLMENTS), key=lambda row: row["number"])
        assert [(row["number"], row["numberInstallments"], row["grossAmount"], row["netAmount"]) for row in found] == [
            (1, 3, 33.34, 30),
            (2, 3, 33.33, 30),
            (3, 3, 33.33, 30),
        ]
        assert {row["feePercentage"] for row in found} == {10}
        assert {(row["transactionId"], row["nsu"], row["maskedCard"]) for row in found} == {
            (sold["transactionId"], sold["nsu"], "**** 0071")
        }

    def test_a_refund_reduces_from_the_last_backwards(self, merchant: Merchant) -> None:
        sold = sell(merchant, **IN_THREE)["transactionId"]
        refund(merchant, sold, 40)
        found = sorted(rows(merchant, INSTALLMENTS), key=lambda row: row["number"])
        assert [(row["paymentStatus"], row["returnedAmount"]) for row in found] == [
            ("SCHEDULED", 0),
            ("REDUCED", 6.67),
            ("CANCELLED", 33.33),
        ]
        for row in found[:2]:
            net = row["grossAmount"] - row["returnedAmount"] - row["feeAmount"]
            assert row["netAmount"] == pytest.approx(net)

    def test_a_capture_belongs_to_its_transaction(self, merchant: Merchant) -> None:
        made = authorize(merchant)
        capture = merchant.post(f"/v1/operations/{made['transactionId']}/captures", {"amount": 60}).json()
        (row,) = rows(merchant, INSTALLMENTS)
        assert (row["transactionId"], row["operationId"]) == (made["transactionId"], capture["operationId"])
        for nsu in (made["nsu"], capture["additionalData"]["nsu"]):
            assert len(rows(merchant, INSTALLMENTS, f"nsu={nsu}")) == 1

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("paymentType=A_VISTA", 1),
            ("paymentType=PARCELADO_LOJA", 3),
            ("paymentType=PARCELADO_EMISSOR", 1),
            ("paymentType=DEBIT", 1),
        ],
    )
    def test_a_debit_card_is_a_payment_type_of_its_own(self, merchant: Merchant, query: str, count: int) -> None:
        sell(merchant)
        sell(merchant, **IN_THREE)
        sell(merchant, **{**IN_THREE, "paymentType": "PARCELADO_EMISSOR"})
        debit = sell(merchant)["transactionId"]
        CardPayment.objects.filter(operation__operation_id=debit).update(type="DEBIT")
        assert len(rows(merchant, INSTALLMENTS, f"{this_week()}&{query}")) == count

    def test_the_dates_of_the_payment_make_those_of_the_sale_unnecessary(self, merchant: Merchant) -> None:
        sell(merchant, **IN_THREE)
        last = max(row["paymentDate"] for row in rows(merchant, INSTALLMENTS))
        by_payment = f"paymentInitialDate={last}&paymentEndDate={last}"
        assert [row["number"] for row in rows(merchant, INSTALLMENTS, by_payment)] == [3]
        assert [row["number"] for row in rows(merchant, INSTALLMENTS, f"{by_payment}&{this_week()}")] == [3]
        past = f"initialDate={TODAY - timedelta(days=9)}&endDate={TODAY - timedelta(days=8)}"
        assert rows(merchant, INSTALLMENTS, f"{by_payment}&{past}") == []

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("paymentInitialDate=2026-01-01", "paymentEndDate"),
            ("paymentEndDate=2026-01-01", "paymentInitialDate"),
            ("paymentInitialDate=2026-01-02&paymentEndDate=2026-01-01", "paymentEndDate"),
            ("paymentInitialDate=2026-01-01&paymentEndDate=2027-01-03", "paymentEndDate"),
            ("paymentInitialDate=x&paymentEndDate=2026-01-01", "paymentInitialDate"),
            ("paymentInitialDate=2026-01-01&paymentEndDate=2026-01-01&endDate=2026-01-01", "initialDate"),
        ],
    )
    def test_a_bad_date_of_the_payment_is_named(self, merchant: Merchant, query: str, name: str) -> None:
        refused = merchant.get(f"{INSTALLMENTS}?{query}")
        assert refused.status_code == 400
        assert [sentence.partition(":")[0] for sentence in refused.json()["errors"]] == [name]

    def test_without_any_dates_it_is_400(self, merchant: Merchant) -> None:
        for address in (INSTALLMENTS, STATEMENT):
            assert merchant.get(address).json()["errors"] == ["initialDate: is required", "endDate: is required"]


class TestStatement:
    def test_a_sale_online_has_no_terminal(self, merchant: Merchant) -> None:
        sell(merchant)
        (row,) = rows(merchant, STATEMENT)
        assert row["terminal"] == {"id": "ECOM", "serial": "—", "name": None}
        assert (row["status"], row["paymentStatus"], row["brand"], row["type"], row["paymentType"]) == (
            "APPROVED",
            "SCHEDULED",
            "VISA",
            "CREDIT",
            "A_VISTA",
        )

    def test_one_in_a_shop_names_its_terminal(self, merchant: Merchant, shop: Client) -> None:
        sell(merchant)
        terminal = Terminal.objects.create(
            client=shop, terminal_id="10000001", serial="SN1", name="Caixa 1", created_at=clock.now()
        )
        CardPayment.objects.update(terminal=terminal)
        assert rows(merchant, STATEMENT)[0]["terminal"] == {"id": "10000001", "serial": "SN1", "name": "Caixa 1"}

    def test_what_was_refunded_after_it_was_paid_is_a_debit(self, merchant: Merchant) -> None:
        sold = sell(merchant, amount=100)["transactionId"]
        settle_everything()
        refund(merchant, sold, 40)
        debit = next(row for row in rows(merchant, STATEMENT) if row["grossAmount"] < 0)
        assert (debit["grossAmount"], debit["netAmount"], debit["paymentStatus"]) == (-40, -36, "SCHEDULED")
        assert_books_are_right()

    def test_both_states_can_be_asked_for(self, merchant: Merchant) -> None:
        cancelled, disputed, _paid = (sell(merchant)["transactionId"] for _ in range(3))
        merchant.post(f"/v1/operations/{cancelled}/cancels")
        merchant.post(f"/v1/operations/{disputed}/chargebacks")
        for query, count in (
            ("status=APPROVED", 2),
            ("status=CANCELLED", 1),
            ("paymentStatus=BLOCKED", 1),
            ("paymentStatus=CANCELLED", 1),
            ("paymentStatus=SCHEDULED", 1),
            ("status=APPROVED&paymentStatus=SCHEDULED", 1),
        ):
            assert len(rows(merchant, STATEMENT, f"{this_week()}&{query}")) == count, query

    @pytest.mark.parametrize("address", [INSTALLMENTS, STATEMENT])
    def test_cursors_walk_every_row_once_and_more_rows_cost_no_more_queries(
        self, merchant: Merchant, address: str
    ) -> None:
        for _ in range(2):
            sell(merchant, **IN_THREE)
        whole = rows(merchant, address)
        page: dict[str, Any] = merchant.get(f"{address}?{this_week()}&size=4").json()
        seen = page["content"]
        while page["nextCursor"]:
            page = merchant.get(f"{address}?{this_week()}&size=4&cursor={page['nextCursor']}").json()
            seen += page["content"]
        assert (seen, len(whole)) == (whole, 6)
        counts = set()
        for size in (1, 6):
            with CaptureQueriesContext(connection) as captured:
                merchant.get(f"{address}?{this_week()}&size={size}")
            counts.add(len(captured))
        assert len(counts) == 1

    def test_another_client_sees_none_of_it(self, merchant: Merchant, foreigner: Merchant) -> None:
        sell(merchant)
        for address in (INSTALLMENTS, STATEMENT):
            assert rows(foreigner, address) == []
