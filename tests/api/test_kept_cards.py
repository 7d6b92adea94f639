"""Tokens and contracts through the API (API.md 6.6 and 6.7)."""

from typing import Any

import pytest

from core import clock
from core.cards import Brand
from gateways.errors import OutcomeUnknown
from gateways.protocols import CardOutcome, CardState
from gateways.sandbox.cards import SandboxAcquirer
from tests.api.shop import CARD, CARDS, card, sell
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS
from tests.rows import everything
from tests.transactions.books import assert_books_are_right
from transactions.models import Contract, Recurrence

pytestmark = pytest.mark.django_db
TOKENS, CONTRACTS = "/v1/credit-card/tokens", "/v1/contracts"
WITHOUT_CVV = {name: value for name, value in CARD.items() if name != "cvv"}


def keep(merchant: Merchant, **facts: Any) -> dict[str, Any]:
    answer = merchant.post(TOKENS, {"card": WITHOUT_CVV, "customerId": "cliente-77", **facts})
    assert answer.status_code == 201, answer.content
    kept: dict[str, Any] = answer.json()
    return kept


def charge(merchant: Merchant, token: str, **facts: Any) -> Any:
    return merchant.post(f"{TOKENS}/{token}/transactions", {"amount": 49.90, **facts})


class TestKeeping:
    def test_a_card_becomes_a_token_with_its_contract(self, merchant: Merchant) -> None:
        consent = {"at": "2026-11-20T17:32:50.000Z", "ip": "192.0.2.10"}
        kept = keep(merchant, customerConsent=consent)
        facts = {name: kept[name] for name in ("customerId", "status", "brand", "last4", "expirationDate")}
        assert facts == {
            "customerId": "cliente-77",
            "status": "ACTIVE",
            "brand": "VISA",
            "last4": "0071",
            "expirationDate": "2031-12",
        }
        assert kept["customerConsent"] == {**consent, "byHolder": True}
        assert merchant.get(f"{TOKENS}/{kept['token']}").json() == kept
        assert merchant.get(f"{CONTRACTS}/customers/cliente-77").json() == {
            "customerId": "cliente-77",
            "contracts": [kept],
        }

    def test_without_consent_the_call_is_the_merchants_own_statement(self, merchant: Merchant) -> None:
        assert keep(merchant)["customerConsent"]["byHolder"] is False

    def test_a_card_that_the_issuer_does_not_confirm_is_not_kept(
        self, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refusal = CardOutcome(CardState.DENIED, "14")
        monkeypatch.setattr(SandboxAcquirer, "verify", lambda *_args: refusal)
        refused = merchant.post(TOKENS, {"card": CARD, "customerId": "c"})
        assert (refused.status_code, refused.json()["errorCode"]) == (422, 221)
        assert merchant.get(f"{CONTRACTS}/customers/c").json()["contracts"] == []
        assert merchant.get(f"{TOKENS}?customerId=c").json()["totalElements"] == 0

    def test_when_nobody_knows_it_is_503_and_the_same_key_may_be_sent_again(
        self, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def silent(*_args: Any) -> None:
            raise OutcomeUnknown

        key, body = "11111111-1111-4111-8111-111111111111", {"card": CARD, "customerId": "c"}
        with monkeypatch.context() as patch:
            patch.setattr(SandboxAcquirer, "verify", silent)
            assert merchant.post(TOKENS, body, key=key).status_code == 503
        assert merchant.post(TOKENS, body, key=key).status_code == 201
        assert merchant.get(f"{TOKENS}?customerId=c").json()["totalElements"] == 1

    def test_a_repeat_keeps_it_once(self, merchant: Merchant) -> None:
        key, body = "11111111-1111-4111-8111-111111111111", {"card": CARD, "customerId": "c"}
        first = merchant.post(TOKENS, body, key=key)
        before = everything()
        again = merchant.post(TOKENS, body, key=key)
        assert (again.content, again["x-idempotent-replay"], everything()) == (first.content, "true", before)


class TestPaying:
    def test_a_token_pays_without_a_cvv(self, merchant: Merchant) -> None:
        kept = keep(merchant)
        consent = {"at": "2026-11-20T17:32:50.000Z", "ip": None}
        made = charge(merchant, kept["token"], orderId="p1", customerConsent=consent)
        assert made.status_code == 201
        answer = made.json()
        assert (answer["status"], answer["token"], answer["contractId"]) == (
            "APPROVED",
            kept["token"],
            kept["contractId"],
        )
        assert answer["operations"][0]["additionalData"]["customerConsent"] == consent
        assert merchant.get(f"{CARDS}/{answer['transactionId']}").json() == answer
        assert_books_are_right()

    def test_in_parts_and_as_an_authorization_too(self, merchant: Merchant) -> None:
        token = keep(merchant)["token"]
        parts = charge(merchant, token, amount=30, numberInstallments=3, paymentType="PARCELADO_LOJA").json()
        assert len(parts["installments"]) == 3
        assert charge(merchant, token, capture=False).json()["authorizationOnly"] is True

    def test_the_token_of_a_first_payment_pays_again(self, merchant: Merchant) -> None:
        first = sell(merchant, saveCard=True, customerId="cliente-77")
        assert charge(merchant, first["token"]).json()["contractId"] == first["contractId"]

    def test_what_a_card_would_be_denied_for_its_token_is_too(self, merchant: Merchant) -> None:
        kept = keep(merchant, card=card(NUMBERS[Brand.VISA]["2"]))
        assert charge(merchant, kept["token"]).json()["status"] == "DENIED"

    def test_an_expired_card_cannot_be_charged(self, merchant: Merchant) -> None:
        kept = keep(merchant)
        Contract.objects.update(expires="2020-01")
        assert charge(merchant, kept["token"]).json()["errorCode"] == 220

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({"card": CARD}, "card"),
            ({"saveCard": True}, "saveCard"),
            ({"amount": 0}, "amount"),
            ({"numberInstallments": 2}, "paymentType"),
            ({"customerConsent": {"at": "x"}}, "customerConsent.at"),
        ],
    )
    def test_a_bad_value_is_named(self, merchant: Merchant, body: dict[str, Any], path: str) -> None:
        refused = charge(merchant, keep(merchant)["token"], **body)
        assert refused.status_code == 400
        assert [sentence.partition(":")[0] for sentence in refused.json()["errors"]] == [path]


class TestEnding:
    def test_a_deleted_token_does_not_exist_and_its_contract_is_inactive(self, merchant: Merchant) -> None:
        kept = keep(merchant)
        key, path = "11111111-1111-4111-8111-111111111111", f"{TOKENS}/{kept['token']}"
        for _ in range(2):
            gone = merchant.call("DELETE", path, key=key)
            assert (gone.status_code, gone.content) == (204, b"")
        assert merchant.call("DELETE", path).json()["errorCode"] == 30
        assert merchant.get(path).json()["errorCode"] == 30
        assert charge(merchant, kept["token"]).json()["errorCode"] == 30
        assert merchant.get(f"{TOKENS}?customerId=cliente-77").json()["content"] == []
        (contract,) = merchant.get(f"{CONTRACTS}/customers/cliente-77").json()["contracts"]
        assert (contract["status"], contract["token"], contract["endedAt"] is None) == ("INACTIVE", None, False)

    def test_a_deactivated_contract_pays_nothing_any_more(self, merchant: Merchant) -> None:
        kept = keep(merchant)
        path = f"{CONTRACTS}/{kept['contractId']}/deactivation"
        for _ in range(2):
            ended = merchant.post(path)
            assert (ended.status_code, ended.json()) == (
                200,
                {"contractId": kept["contractId"], "status": "INACTIVE"},
            )
        assert charge(merchant, kept["token"]).json()["errorCode"] == 220
        assert merchant.get(f"{TOKENS}/{kept['token']}").json()["status"] == "INACTIVE"

    @pytest.mark.parametrize("how", ["delete", "deactivate"])
    def test_its_recurrences_end_with_it(self, merchant: Merchant, how: str) -> None:
        kept = keep(merchant)
        made = merchant.post(
            "/v1/credit-card/recurrences",
            {
                "type": "INDETERMINATE",
                "recurrenceFrequency": "MONTHLY",
                "firstTransactionDate": clock.now().date().isoformat(),
                "amount": 10,
                "token": kept["token"],
                "customer": {"name": "Marina", "document": "12345678909"},
            },
        ).json()
        if how == "delete":
            merchant.call("DELETE", f"{TOKENS}/{kept['token']}")
        else:
            merchant.post(f"{CONTRACTS}/{kept['contractId']}/deactivation")
        ended = merchant.get(f"/v1/credit-card/recurrences/{made['recurrenceId']}").json()
        assert (ended["status"], ended["reason"]) == ("CANCELLED", "CONTRACT_DEACTIVATED")
        assert Recurrence.objects.count() == 1


class TestLists:
    def test_tokens_are_listed_by_their_customer_newest_first(self, merchant: Merchant, foreigner: Merchant) -> None:
        kept = [keep(merchant)["token"] for _ in range(3)]
        keep(merchant, customerId="another")
        first = merchant.get(f"{TOKENS}?customerId=cliente-77&size=2").json()
        second = merchant.get(f"{TOKENS}?customerId=cliente-77&size=2&cursor={first['nextCursor']}").json()
        assert [row["token"] for page in (first, second) for row in page["content"]] == kept[::-1]
        assert foreigner.get(f"{TOKENS}?customerId=cliente-77").json()["totalElements"] == 0
        assert foreigner.get(f"{CONTRACTS}/customers/cliente-77").json()["contracts"] == []

    def test_the_customer_is_required(self, merchant: Merchant) -> None:
        assert merchant.get(TOKENS).json()["errors"] == ["customerId: is required"]
