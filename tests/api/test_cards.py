"""Card transactions through the API (API.md 6.6)."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from core import clock
from core.cards import Brand
from core.models import IdempotencyKey
from gateways.sandbox import acquirer_network
from tests.api.shop import APPROVED, CARD, CARDS, PREAUTHORIZATION, authorize, card, sale, sell, this_week
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS
from tests.rows import everything
from tests.transactions.books import assert_books_are_right
from transactions.models import CardPayment, Contract, Operation
from webhooks.models import Event

pytestmark = pytest.mark.django_db
OUTCOMES = {
    "1": ("APPROVED", "00", False),
    "2": ("DENIED", "05", True),
    "3": ("DENIED", "57", None),
    "5": ("DENIED", "78", None),
    "6": ("PENDING", None, None),
    "7": ("DENIED", "77", False),
    "8": ("DENIED", "70", None),
    "9": ("UNDER_REVIEW", None, None),
}


def change(merchant: Merchant, transaction: dict[str, Any], what: str, amount: float | None = None) -> Any:
    body = None if amount is None else {"amount": amount}
    return merchant.call("PUT", f"{CARDS}/{transaction['transactionId']}/{what}", body)


def test_a_sale_in_parts_says_what_is_paid_when(merchant: Merchant) -> None:
    made = sell(merchant, amount=100, numberInstallments=3, paymentType="PARCELADO_LOJA", userReference="r1")
    assert (made["status"], made["authorizationOnly"], made["flags"]) == ("APPROVED", False, [])
    assert [(part["number"], part["amount"], part["status"]) for part in made["installments"]] == [
        (1, 33.34, "SCHEDULED"),
        (2, 33.33, "SCHEDULED"),
        (3, 33.33, "SCHEDULED"),
    ]
    assert made["card"] == {"brand": "VISA", "last4": "0071", "holderName": "MARINA EXEMPLO"}
    (root,) = made["operations"]
    assert (root["operationId"], root["operationType"], root["parentOperationId"]) == (
        made["transactionId"],
        "DEBIT",
        None,
    )
    assert merchant.get(f"{CARDS}/{made['transactionId']}").json() == made
    assert_books_are_right()


def test_a_sale_is_answered_as_it_is_read_later(merchant: Merchant) -> None:
    """To the byte, however the amount was written."""
    body = sale(amount=100, numberInstallments=3, paymentType="PARCELADO_LOJA")
    made = merchant.call("POST", CARDS, body)
    assert merchant.get(f"{CARDS}/{made.json()['transactionId']}").content == made.content


@pytest.mark.parametrize("brand", NUMBERS)
@pytest.mark.parametrize("digit", OUTCOMES)
def test_the_last_digit_of_a_published_number_decides(merchant: Merchant, brand: Brand, digit: str) -> None:
    status, code, may_retry = OUTCOMES[digit]
    made = sell(merchant, card=card(NUMBERS[brand][digit]))
    assert (made["status"], made["returnCode"], made["card"]["brand"]) == (status, code, brand.value)
    assert (made["abecsReason"] is None) == (made["returnMessage"] is None) == (code is None)
    assert may_retry is None or made["retryAllowed"] is may_retry


def test_amount_and_card_are_enough(merchant: Merchant) -> None:
    made = merchant.post(CARDS, {"amount": 10, "card": CARD}).json()
    assert (made["paymentType"], made["numberInstallments"], made["type"]) == ("A_VISTA", 1, "CREDIT")
    assert made["orderId"]


def test_whatever_was_said_with_a_sale_is_said_back(merchant: Merchant) -> None:
    said: dict[str, Any] = {
        "orderId": "pedido-1",
        "softDescriptor": "LOJA EXEMPLO1",
        "description": "Pedido 1",
        "userReference": "r" * 77,
    }
    customer = {"name": "Marina", "document": "123.456.789-09", "email": "marina@example.com"}
    made = sell(merchant, **said, customer=customer)
    assert {name: made[name] for name in said} == said
    assert made["customer"] == {**customer, "document": "12345678909"}


class TestPreauthorization:
    def test_it_is_approved_and_captured_in_parts(self, merchant: Merchant) -> None:
        made = authorize(merchant)
        assert (made["status"], made["authorizationOnly"], made["installments"]) == ("APPROVED", True, [])
        first = change(merchant, made, "capture", 60)
        assert (first.status_code, first.json()["operationType"], first.json()["capturedAmount"]) == (
            200,
            "CAPTURE",
            60,
        )
        rest = change(merchant, made, "capture").json()
        assert (rest["authorizationOnly"], rest["capturedAmount"]) == (False, 100)
        assert [part["amount"] for part in rest["installments"]] == [60, 40]
        assert change(merchant, made, "capture").json()["errorCode"] == 210
        assert_books_are_right()

    def test_more_than_is_open_cannot_be_captured(self, merchant: Merchant) -> None:
        assert change(merchant, authorize(merchant), "capture", 100.01).json()["errorCode"] == 211

    def test_a_sale_cannot_be_captured_again(self, merchant: Merchant) -> None:
        assert change(merchant, sell(merchant), "capture").json()["errorCode"] == 210


class TestCancelling:
    def test_an_open_authorization_is_reversed(self, merchant: Merchant) -> None:
        done = change(merchant, authorize(merchant), "cancel").json()
        assert (done["operationType"], done["operationResult"], done["status"]) == ("REVERSAL", "EXECUTED", "CANCELLED")

    @pytest.mark.parametrize("amount", [None, 100])
    def test_a_whole_sale_of_today_is_cancelled(self, merchant: Merchant, amount: float | None) -> None:
        done = change(merchant, sell(merchant), "cancel", amount).json()
        assert (done["operationType"], done["status"], done["capturedAmount"]) == ("CANCEL", "CANCELLED", 0)
        assert done["operationId"] == done["operations"][-1]["operationId"]

    def test_a_part_is_refunded_and_the_rest_too(self, merchant: Merchant) -> None:
        made = sell(merchant)
        part = change(merchant, made, "cancel", 30).json()
        assert (part["operationType"], part["status"], part["refundedAmount"]) == ("REFUND", "APPROVED", 30)
        assert part["flags"] == ["PARTIALLY_REFUNDED"]
        rest = change(merchant, made, "cancel").json()
        assert (rest["operationType"], rest["status"], rest["refundedAmount"]) == ("REFUND", "CANCELLED", 100)
        assert change(merchant, made, "cancel").json()["errorCode"] == 210
        assert_books_are_right()

    def test_a_sale_of_yesterday_is_refunded(self, merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
        made = sell(merchant)
        monkeypatch.setattr("transactions.queries.availability.is_of_today", lambda *_args: False)
        assert change(merchant, made, "cancel").json()["operationType"] == "REFUND"

    def test_of_several_captures_nobody_guesses_which(self, merchant: Merchant) -> None:
        made = authorize(merchant)
        for _ in range(2):
            change(merchant, made, "capture", 10)
        assert change(merchant, made, "cancel").json()["errorCode"] == 214

    def test_what_was_denied_is_not_cancelled(self, merchant: Merchant) -> None:
        made = sell(merchant, card=card(NUMBERS[Brand.VISA]["2"]))
        assert change(merchant, made, "cancel").json()["errorCode"] == 210

    def test_above_the_companys_limit_a_refund_waits_for_a_second_person(
        self, merchant: Merchant, shop: Client
    ) -> None:
        Client.objects.filter(pk=shop.pk).update(refund_approval_above=Decimal(10))
        done = change(merchant, sell(merchant), "cancel", 50).json()
        assert (done["operationResult"], done["refundedAmount"], done["status"]) == ("PENDING", 0, "APPROVED")


class TestRefusals:
    def test_an_order_is_paid_once_and_free_again_after_a_denial(self, merchant: Merchant) -> None:
        assert sell(merchant, card=card(NUMBERS[Brand.VISA]["2"]), orderId="p1")["status"] == "DENIED"
        assert sell(merchant, orderId="p1")["status"] == "APPROVED"
        refused = merchant.post(CARDS, sale(orderId="p1"))
        assert (refused.status_code, refused.json()["errorCode"]) == (422, 200)
        assert refused.json()["errors"] == ["orderId: p1"]

    def test_two_clients_may_use_the_same_order_id(self, merchant: Merchant, foreigner: Merchant) -> None:
        assert sell(merchant, orderId="p1")["transactionId"] != sell(foreigner, orderId="p1")["transactionId"]

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"type": "DEBIT"}, 204),
            ({"amount": 14.99, "numberInstallments": 3, "paymentType": "PARCELADO_LOJA"}, 202),
            (
                {"numberInstallments": 2, "paymentType": "PARCELADO_EMISSOR", "card": card("36111111111111")},
                203,
            ),
        ],
    )
    def test_a_rule_that_depends_on_us_is_422(self, merchant: Merchant, facts: dict[str, Any], code: int) -> None:
        refused = merchant.post(CARDS, sale(**facts))
        assert (refused.status_code, refused.json()["errorCode"]) == (422, code)
        assert not CardPayment.objects.exists()

    def test_parts_of_exactly_five_reais_are_possible(self, merchant: Merchant) -> None:
        assert sell(merchant, amount=15, numberInstallments=3, paymentType="PARCELADO_LOJA")["status"] == "APPROVED"

    def test_without_a_gateway_nothing_is_accepted(self, merchant: Merchant, settings: Any) -> None:
        settings.CARD_GATEWAY = None
        assert merchant.post(CARDS, sale()).status_code == 503
        assert not Operation.objects.exists()

    def test_what_is_not_there_is_404(self, merchant: Merchant) -> None:
        for method, what in (("GET", ""), ("PUT", "/capture"), ("PUT", "/cancel")):
            assert merchant.call(method, f"{CARDS}/unknown{what}").json()["errorCode"] == 30


class TestKeeping:
    def test_the_first_payment_makes_the_token_and_its_contract(self, merchant: Merchant) -> None:
        consent = {"at": clock.text(clock.now()), "ip": "2001:db8::1"}
        made = sell(merchant, saveCard=True, customerId="cliente-77", customerConsent=consent)
        contract = Contract.objects.get()
        assert (made["token"], made["contractId"]) == (contract.token, contract.contract_id)
        assert (contract.customer_id, contract.consent_ip, contract.consent_by_holder) == (
            "cliente-77",
            "2001:db8::1",
            True,
        )

    def test_a_denied_payment_keeps_nothing(self, merchant: Merchant) -> None:
        made = sell(merchant, card=card(NUMBERS[Brand.VISA]["2"]), saveCard=True, customerId="cliente-77")
        assert (made["token"], made["contractId"]) == (None, None)


class TestTheKeyOfASale:
    def test_a_repeat_gets_the_same_answer_and_changes_nothing(self, merchant: Merchant) -> None:
        key = str(uuid.uuid4())
        first = merchant.post(CARDS, sale(), key=key)
        before = everything()
        again = merchant.post(CARDS, sale(), key=key)
        assert (again.status_code, again["x-idempotent-replay"], again.content) == (201, "true", first.content)
        assert everything() == before

    def test_another_body_is_422_even_if_only_the_cvv_differs(self, merchant: Merchant) -> None:
        key = str(uuid.uuid4())
        merchant.post(CARDS, sale(), key=key)
        before = everything()
        for other in (sale(amount=101), sale(card={**CARD, "cvv": "124"})):
            assert merchant.post(CARDS, other, key=key).json()["errorCode"] == 12
        assert everything() == before

    def test_the_stored_answer_holds_no_number(self, merchant: Merchant) -> None:
        merchant.post(CARDS, sale())
        kept = IdempotencyKey.objects.get()
        assert APPROVED.encode() not in bytes(kept.body or b"") + bytes(kept.fingerprint)

    def test_captures_and_cancellations_are_repeated_too(self, merchant: Merchant) -> None:
        made, events = authorize(merchant), Event.objects.count
        for what in ("capture", "cancel"):
            key, path = str(uuid.uuid4()), f"{CARDS}/{made['transactionId']}/{what}"
            first = merchant.call("PUT", path, {"amount": 100}, key=key)
            before = events()
            again = merchant.call("PUT", path, {"amount": 100}, key=key)
            assert (again.content, again["x-idempotent-replay"], events()) == (first.content, "true", before)


def ids(envelope: dict[str, Any]) -> list[str]:
    return [row["transactionId"] for row in envelope["content"]]


class TestLists:
    @pytest.fixture
    def made(self, merchant: Merchant) -> dict[str, dict[str, Any]]:
        kinds = {
            "plain": sell(merchant, orderId="p1", userReference="r1"),
            "denied": sell(merchant, card=card(NUMBERS[Brand.MASTERCARD]["2"]), orderId="p2"),
            "refunded": sell(merchant, orderId="p3"),
            "disputed": sell(merchant, orderId="p4"),
            "authorized": authorize(merchant, orderId="p5"),
        }
        change(merchant, kinds["refunded"], "cancel", 10)
        merchant.post(f"/v1/operations/{kinds['disputed']['transactionId']}/chargebacks", {"amount": 10})
        return kinds

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("status=DENIED", {"denied"}),
            ("status=APPROVED", {"plain", "refunded", "disputed", "authorized"}),
            ("status=CANCELLED", set()),
            ("flag=PARTIALLY_REFUNDED", {"refunded"}),
            ("flag=CHARGEBACK", {"disputed"}),
            ("last4=0012", {"denied"}),
            ("orderId=p3", {"refunded"}),
            ("userReference=r1", {"plain"}),
            ("dateField=PAID", {"plain", "refunded", "disputed", "authorized"}),
            ("dateField=UPDATED", {"plain", "denied", "refunded", "disputed", "authorized"}),
        ],
    )
    def test_each_filter_finds_its_own(
        self, merchant: Merchant, made: dict[str, dict[str, Any]], query: str, found: set[str]
    ) -> None:
        listed = merchant.get(f"{CARDS}?{this_week()}&{query}").json()
        assert set(ids(listed)) == {made[name]["transactionId"] for name in found}

    def test_an_exact_id_makes_the_dates_unnecessary(self, merchant: Merchant, made: dict[str, dict[str, Any]]) -> None:
        assert merchant.get(f"{CARDS}?status=DENIED").status_code == 400
        assert ids(merchant.get(f"{CARDS}?orderId=p2").json()) == [made["denied"]["transactionId"]]
        nsu = merchant.get(f"{CARDS}/{made['refunded']['transactionId']}").json()["operations"][-1]["additionalData"]
        assert ids(merchant.get(f"{CARDS}?nsu={nsu['nsu']}").json()) == [made["refunded"]["transactionId"]]
        assert ids(merchant.get(f"{CARDS}?nsu={made['plain']['nsu']}").json()) == [made["plain"]["transactionId"]]

    def test_a_listed_transaction_is_the_same_as_one_read_alone(
        self, merchant: Merchant, made: dict[str, dict[str, Any]]
    ) -> None:
        for row in merchant.get(f"{CARDS}?{this_week()}").json()["content"]:
            assert row == merchant.get(f"{CARDS}/{row['transactionId']}").json()

    def test_cursors_walk_every_row_once(self, merchant: Merchant, made: dict[str, dict[str, Any]]) -> None:
        page = merchant.get(f"{CARDS}?{this_week()}&size=2").json()
        seen = ids(page)
        while page["nextCursor"]:
            page = merchant.get(f"{CARDS}?{this_week()}&size=2&cursor={page['nextCursor']}").json()
            seen += ids(page)
        assert seen == [one["transactionId"] for one in reversed(list(made.values()))]

    def test_more_rows_cost_no_more_queries(self, merchant: Merchant, made: dict[str, dict[str, Any]]) -> None:
        counts = []
        for size in (1, 5):
            with CaptureQueriesContext(connection) as captured:
                merchant.get(f"{CARDS}?{this_week()}&size={size}")
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_another_client_sees_nothing_of_it(self, foreigner: Merchant, made: dict[str, dict[str, Any]]) -> None:
        for query in (this_week(), "orderId=p1", f"nsu={made['plain']['nsu']}"):
            assert foreigner.get(f"{CARDS}?{query}").json()["totalElements"] == 0


class TestSandbox:
    @pytest.mark.parametrize(("call", "status"), [("approve", "APPROVED"), ("deny", "DENIED")])
    def test_a_review_ends_when_it_is_told_to(
        self, merchant: Merchant, call: str, status: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        made = sell(merchant, card=card(NUMBERS[Brand.VISA]["9"]))
        assert made["status"] == "UNDER_REVIEW"
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                answer = merchant.post(f"/v1/sandbox/card-transactions/{made['transactionId']}/{call}")
            assert answer.status_code == 202
        assert merchant.get(f"{CARDS}/{made['transactionId']}").json()["status"] == status
        assert_books_are_right()

    def test_it_is_approved_by_itself_otherwise(
        self, merchant: Merchant, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        made = sell(merchant, card=card(NUMBERS[Brand.VISA]["9"]), **PREAUTHORIZATION)
        later = clock.now() + timedelta(minutes=2)
        with django_capture_on_commit_callbacks(execute=True):
            monkeypatch.setattr("core.clock.now", lambda: later)
            acquirer_network.run_due()
        assert merchant.get(f"{CARDS}/{made['transactionId']}").json()["authorizationOnly"] is True

    def test_in_production_none_of_it_exists(self, merchant: Merchant, settings: Any) -> None:
        made = sell(merchant)
        settings.SANDBOX = False
        answer = merchant.post(f"/v1/sandbox/card-transactions/{made['transactionId']}/approve")
        assert answer.json()["errorCode"] == 30
