"""What may be done with an operation (API.md 6.7): the matrix, the posts, and what they answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.cards import Brand
from tests.api.shop import authorize, card, sell
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS
from tests.transactions.books import assert_books_are_right
from transactions.actions.outcomes import let_authorizations_lapse
from transactions.models import CardPayment, Contract, Operation
from transactions.states import Action, ContractStatus

pytestmark = pytest.mark.django_db
OPERATIONS = "/v1/operations"
POSTS = {
    "CAPTURE": "captures",
    "REVERSAL": "reversals",
    "CANCEL": "cancels",
    "REFUND": "refunds",
    "CHARGEBACK": "chargebacks",
    "CHARGEBACK_REVERSAL": "chargeback-reversals",
    "REBUILD": "rebuilds",
}
KEPT = {"saveCard": True, "customerId": "cliente-77"}


def post(merchant: Merchant, operation_id: str, what: str, **body: Any) -> Any:
    return merchant.post(f"{OPERATIONS}/{operation_id}/{what}", body)


def made(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["operationId"])


def actions_of(merchant: Merchant, operation_id: str) -> dict[str, tuple[float, float]]:
    said = merchant.get(f"{OPERATIONS}/{operation_id}/actions").json()["actions"]
    return {each["action"]: (each["minAmount"], each["maxAmount"]) for each in said}


# Parents, each made anew ---------------------------------------------------------------------------------------------


def preauthorization(merchant: Merchant) -> str:
    return str(authorize(merchant)["transactionId"])


def debit(merchant: Merchant, **facts: Any) -> str:
    return str(sell(merchant, **facts)["transactionId"])


def debit_with_contract(merchant: Merchant) -> str:
    return debit(merchant, **KEPT)


def debit_with_ended_contract(merchant: Merchant) -> str:
    operation_id = debit_with_contract(merchant)
    Contract.objects.update(status=ContractStatus.INACTIVE)
    return operation_id


def denied(merchant: Merchant) -> str:
    return debit(merchant, card=card(NUMBERS[Brand.VISA]["2"]))


def unknown(merchant: Merchant) -> str:
    return debit(merchant, card=card(NUMBERS[Brand.VISA]["6"]))


def under_review(merchant: Merchant) -> str:
    return debit(merchant, card=card(NUMBERS[Brand.VISA]["9"]))


def lapsed(merchant: Merchant) -> str:
    operation_id = preauthorization(merchant)
    CardPayment.objects.update(captures_until=clock.now() - timedelta(seconds=1))
    let_authorizations_lapse()
    return operation_id


def following(parent: Callable[[Merchant], str], what: str, **body: Any) -> Callable[[Merchant], str]:
    """The operation that a post on a parent makes."""
    return lambda merchant: made(post(merchant, parent(merchant), what, **body))


def after(parent: Callable[[Merchant], str], what: str, **body: Any) -> Callable[[Merchant], str]:
    """The parent itself, after a post on it."""

    def make(merchant: Merchant) -> str:
        operation_id = parent(merchant)
        made(post(merchant, operation_id, what, **body))
        return operation_id

    return make


capture = following(preauthorization, "captures")
chargeback = following(debit, "chargebacks", amount=40)
# parent → what is possible. A cancellation of an authorization is its reversal, which `actions` names so.
MATRIX: dict[str, tuple[Callable[[Merchant], str], set[str]]] = {
    "PREAUTHORIZATION": (preauthorization, {"CAPTURE", "REVERSAL"}),
    "PREAUTHORIZATION captured in part": (after(preauthorization, "captures", amount=60), {"CAPTURE", "REVERSAL"}),
    "PREAUTHORIZATION captured": (after(preauthorization, "captures"), set()),
    "PREAUTHORIZATION reversed": (after(preauthorization, "reversals"), set()),
    "PREAUTHORIZATION lapsed": (lapsed, set()),
    "CAPTURE": (capture, {"REFUND", "CHARGEBACK", "CANCEL"}),
    "CAPTURE refunded in part": (after(capture, "refunds", amount=10), {"REFUND", "CHARGEBACK"}),
    "DEBIT": (debit, {"REFUND", "CHARGEBACK", "CANCEL"}),
    "DEBIT with contract": (debit_with_contract, {"REFUND", "CHARGEBACK", "CANCEL", "REBUILD"}),
    "DEBIT with ended contract": (debit_with_ended_contract, {"REFUND", "CHARGEBACK", "CANCEL"}),
    "DEBIT refunded": (after(debit, "refunds"), set()),
    "DEBIT cancelled": (after(debit, "cancels"), set()),
    "DEBIT disputed in part": (after(debit, "chargebacks", amount=40), {"REFUND"}),
    "DEBIT denied": (denied, set()),
    "DEBIT unknown": (unknown, set()),
    "DEBIT under review": (under_review, set()),
    "DEBIT of a rebuild": (following(debit_with_contract, "rebuilds"), {"REFUND", "CHARGEBACK", "CANCEL"}),
    "CHARGEBACK": (chargeback, {"CHARGEBACK_REVERSAL"}),
    "CHARGEBACK reversed": (after(chargeback, "chargeback-reversals"), set()),
    "CHARGEBACK_REVERSAL": (following(chargeback, "chargeback-reversals"), set()),
    "REFUND": (following(debit, "refunds"), set()),
    "CANCEL": (following(debit, "cancels"), set()),
    "REVERSAL": (following(preauthorization, "reversals"), set()),
}
CANCELS_BY_REVERSAL = {"PREAUTHORIZATION", "PREAUTHORIZATION captured in part"}


@pytest.mark.parametrize("parent", MATRIX)
def test_the_posts_allow_what_the_actions_say_and_the_matrix_says(merchant: Merchant, parent: str) -> None:
    make, possible = MATRIX[parent]
    assert set(actions_of(merchant, make(merchant))) == possible
    for action, what in POSTS.items():
        answer = post(merchant, make(merchant), what)
        if action in possible or (action == "CANCEL" and parent in CANCELS_BY_REVERSAL):
            assert answer.status_code == 201, (parent, action, answer.content)
        else:
            assert answer.status_code == 422, (parent, action)
            assert answer.json()["errorCode"] in (210, 213)
    assert_books_are_right()


def test_every_action_of_the_states_has_its_post() -> None:
    assert set(POSTS) == set(Action.values)


@pytest.mark.parametrize("parent", ["PREAUTHORIZATION", "CAPTURE", "DEBIT with contract", "CHARGEBACK"])
def test_an_amount_outside_what_the_actions_say_is_refused(merchant: Merchant, parent: str) -> None:
    make, possible = MATRIX[parent]
    for action in possible - {"REVERSAL"}:
        operation_id = make(merchant)
        smallest, largest = actions_of(merchant, operation_id)[action]
        for amount in (round(largest + 0.01, 2), *([round(smallest - 0.01, 2)] if smallest > 0.01 else [])):
            refused = post(merchant, operation_id, POSTS[action], amount=amount)
            assert (refused.status_code, refused.json()["errorCode"]) == (422, 211), (action, amount)
        done = post(merchant, operation_id, POSTS[action], amount=smallest)
        assert (done.status_code, done.json()["amount"]) == (201, smallest), action
    assert_books_are_right()


def test_yesterdays_sale_is_not_cancelled_any_more(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    operation_id = debit(merchant)
    monkeypatch.setattr("transactions.queries.availability.is_of_today", lambda *_args: False)
    assert set(actions_of(merchant, operation_id)) == {"REFUND", "CHARGEBACK"}
    assert post(merchant, operation_id, "cancels").json()["errorCode"] == 210


def test_a_token_that_may_only_read_is_offered_nothing(shop: Any, merchant: Merchant) -> None:
    assert actions_of(Merchant(shop, scopes=("orders.read",)), debit(merchant)) == {}


class TestWhatAPostAnswers:
    def test_the_new_operation_with_what_was_said(self, merchant: Merchant) -> None:
        sold = debit(merchant)
        said = {"usage": "ESTORNO LOJA EXEMPLO 1", "merchantTransactionId": "estorno-1", "memo": "Item em falta"}
        refund = post(merchant, sold, "refunds", amount=30, **said)
        assert refund.status_code == 201
        answer = refund.json()
        assert {name: answer[name] for name in said} == said
        facts = ("operationType", "operationResult", "parentOperationId", "amount", "channel")
        assert tuple(answer[name] for name in facts) == ("REFUND", "EXECUTED", sold, 30, "BACKOFFICE")
        assert merchant.get(f"{OPERATIONS}/{answer['operationId']}").json() == answer

    def test_both_names_are_read(self, merchant: Merchant) -> None:
        answer = post(merchant, debit(merchant), "refunds", transactionId="t-1", description="Item").json()
        assert (answer["merchantTransactionId"], answer["memo"]) == ("t-1", "Item")

    @pytest.mark.parametrize("names", [("transactionId", "merchantTransactionId"), ("description", "memo")])
    @pytest.mark.parametrize("what", POSTS.values())
    def test_but_not_at_once(self, merchant: Merchant, names: tuple[str, str], what: str) -> None:
        alias, name = names
        refused = post(merchant, debit(merchant), what, **{alias: "x", name: "x"})
        assert (refused.status_code, refused.json()["errors"]) == (
            400,
            [f"{alias}: must not be sent together with {name}"],
        )

    def test_a_merchants_id_is_used_once_and_the_refusal_names_its_operation(self, merchant: Merchant) -> None:
        sold = debit(merchant)
        first = made(post(merchant, sold, "refunds", amount=1, merchantTransactionId="t-1"))
        for what in ("refunds", "cancels", "chargebacks"):
            refused = post(merchant, sold, what, merchantTransactionId="t-1")
            assert refused.json()["errorCode"] == 212
            assert first in refused.json()["message"]

    def test_a_reversal_takes_no_amount(self, merchant: Merchant) -> None:
        refused = post(merchant, preauthorization(merchant), "reversals", amount=100)
        assert (refused.status_code, refused.json()["errors"]) == (400, ["amount: is not known here"])

    def test_a_rebuild_is_a_payment_of_its_own(self, merchant: Merchant) -> None:
        sold = debit_with_contract(merchant)
        again = post(merchant, sold, "rebuilds", amount=25).json()
        assert (again["operationType"], again["parentOperationId"], again["amount"]) == ("DEBIT", sold, 25)
        order = merchant.get(f"/v1/orders/{again['orderId']}").json()
        assert (order["amount"], order["capturedAmount"]) == (100, 125)
        payment = merchant.get(f"/v1/credit-card/transactions/{again['operationId']}").json()
        assert (payment["amount"], payment["paymentType"]) == (25, "A_VISTA")
        assert len(merchant.get(f"/v1/credit-card/transactions/{sold}").json()["operations"]) == 1

    @pytest.mark.parametrize("what", POSTS.values())
    def test_a_repeat_gets_the_same_answer_and_makes_nothing(self, merchant: Merchant, what: str) -> None:
        action = next(action for action, post_name in POSTS.items() if post_name == what)
        make = next(make for make, possible in MATRIX.values() if action in possible)
        path, key = f"{OPERATIONS}/{make(merchant)}/{what}", "11111111-1111-4111-8111-111111111111"
        first = merchant.post(path, {}, key=key)
        before = Operation.objects.count()
        again = merchant.post(path, {}, key=key)
        assert (again.status_code, again.content, again["x-idempotent-replay"]) == (201, first.content, "true")
        assert Operation.objects.count() == before


class TestPix:
    """A Pix that a charge received is a DEBIT of its order, whose id is the txid."""

    @pytest.fixture
    def received(self, merchant: Merchant, django_capture_on_commit_callbacks: Any) -> dict[str, Any]:
        txid = merchant.post("/v1/dynamic", {"amount": 100}).json()["txid"]
        with django_capture_on_commit_callbacks(execute=True):
            merchant.post(f"/v1/sandbox/charges/{txid}/pay")
        (operation,) = merchant.get(f"{OPERATIONS}?orderId={txid}").json()["content"]
        return dict(operation)

    def test_it_can_be_refunded_and_nothing_else(self, merchant: Merchant, received: dict[str, Any]) -> None:
        facts = tuple(
            received[name] for name in ("operationType", "paymentMethod", "paymentCircuit", "operationResult")
        )
        assert facts == ("DEBIT", "PIX", "PIX", "EXECUTED")
        assert actions_of(merchant, received["operationId"]) == {"REFUND": (0.01, 100)}
        for action, what in POSTS.items():
            answer = post(merchant, received["operationId"], what)
            assert answer.status_code == (201 if action == "REFUND" else 422), action

    def test_a_refund_is_one_of_the_charge_too(self, merchant: Merchant, received: dict[str, Any]) -> None:
        refund = post(merchant, received["operationId"], "refunds", amount=30, merchantTransactionId="t-1").json()
        assert (refund["operationType"], refund["operationResult"], refund["amount"]) == ("REFUND", "PENDING", 30)
        (shown,) = merchant.get(f"/v1/dynamic/{received['orderId']}").json()["refunds"]
        assert (shown["amount"], shown["status"]) == (30, "PROCESSING")
        assert actions_of(merchant, received["operationId"]) == {"REFUND": (0.01, 70)}
        assert merchant.get("/v1/balance").json() == {"available": 70, "inTransit": 30, "blocked": 0, "receivables": 0}

    def test_a_text_for_the_statement_is_for_cards_only(self, merchant: Merchant, received: dict[str, Any]) -> None:
        assert post(merchant, received["operationId"], "refunds", usage="x").json()["errorCode"] == 215

    def test_it_is_found_by_its_end_to_end_id(self, merchant: Merchant, received: dict[str, Any]) -> None:
        found = merchant.get(f"{OPERATIONS}?endToEndId={received['endToEndId']}").json()["content"]
        assert found == [received]
        order = merchant.get(f"/v1/orders/{received['orderId']}").json()
        assert (order["paymentMethod"], order["capturedAmount"], order["operations"]) == ("PIX", 100, [received])


def test_what_is_not_there_is_404(merchant: Merchant) -> None:
    assert merchant.get(f"{OPERATIONS}/unknown").json()["errorCode"] == 30
    assert merchant.get(f"{OPERATIONS}/unknown/actions").json()["errorCode"] == 30
    for what in POSTS.values():
        assert post(merchant, "unknown", what).json()["errorCode"] == 30
