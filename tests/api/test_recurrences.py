"""Recurrences and their schedules through the API (API.md 6.6)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.actor import BRASILIA
from core.cards import Brand
from tests.api.shop import CARD, CARDS, card, this_week
from tests.api.test_bad_input import NOT_A_FLAG, NOT_MONEY, NOT_TEXTUAL, Raw, refused, written
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS
from tests.rows import everything
from tests.transactions.books import assert_books_are_right

pytestmark = pytest.mark.django_db
RECURRENCES = "/v1/credit-card/recurrences"
TODAY = clock.today(BRASILIA)
BODY: dict[str, Any] = {
    "type": "LIMITED_TIMES",
    "recurrenceFrequency": "MONTHLY",
    "firstTransactionDate": TODAY.isoformat(),
    "numberInstallments": 3,
    "amount": Raw("49.90"),
    "card": CARD,
    "customer": {"name": "Marina Exemplo", "document": "12345678909"},
}


def recur(merchant: Merchant, **facts: Any) -> dict[str, Any]:
    answer = merchant.post(RECURRENCES, written({**BODY, **facts}).encode())
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_the_first_charge_is_made_at_once_and_the_others_are_planned(merchant: Merchant) -> None:
    made = recur(merchant, userReference="assinatura-77", customerId="cliente-77")
    assert (made["status"], made["reason"], made["customerId"]) == ("ACTIVE", None, "cliente-77")
    assert made["customer"] == {"name": "Marina Exemplo", "document": "12345678909"}
    first, *others = made["schedules"]
    assert (first["number"], first["date"], first["status"], first["returnCode"]) == (1, str(TODAY), "PAID", "00")
    assert [(each["number"], each["status"], each["transactionId"]) for each in others] == [
        (2, "SCHEDULED", None),
        (3, "SCHEDULED", None),
    ]
    payment = merchant.get(f"{CARDS}/{first['transactionId']}").json()
    assert (payment["amount"], payment["token"], payment["contractId"]) == (49.9, made["token"], made["contractId"])
    assert merchant.get(f"{RECURRENCES}/{made['recurrenceId']}").json() == made
    assert_books_are_right()


def test_a_first_charge_that_is_denied_is_an_answer(merchant: Merchant) -> None:
    made = recur(merchant, card=card(NUMBERS[Brand.VISA]["2"]))
    assert (made["status"], made["reason"]) == ("CANCELLED", "FIRST_CHARGE_DENIED")
    assert [(each["status"], each["returnCode"]) for each in made["schedules"]] == [
        ("FAILED", "05"),
        ("CANCELLED", None),
        ("CANCELLED", None),
    ]


def test_one_that_runs_until_it_is_cancelled_keeps_twelve_ahead(merchant: Merchant) -> None:
    made = recur(merchant, type="INDETERMINATE", numberInstallments=None)
    assert [each["status"] for each in made["schedules"]] == ["PAID", *["SCHEDULED"] * 12]


def test_a_later_start_may_have_its_card_charged_and_cancelled(merchant: Merchant) -> None:
    later = {"firstTransactionDate": str(TODAY + timedelta(days=5)), "validateCard": True}
    made = recur(merchant, **later)
    assert {each["status"] for each in made["schedules"]} == {"SCHEDULED"}
    (validation,) = merchant.get(f"{CARDS}?{this_week()}").json()["content"]
    assert (validation["amount"], validation["status"]) == (5, "CANCELLED")
    refusal = merchant.post(RECURRENCES, written({**BODY, **later, "card": card(NUMBERS[Brand.VISA]["7"])}).encode())
    assert (refusal.status_code, refusal.json()["errorCode"]) == (422, 221)


def test_a_kept_card_is_charged_by_its_token(merchant: Merchant) -> None:
    token = recur(merchant)["token"]
    again = recur(merchant, card=None, token=token)
    assert again["token"] == token
    unknown = merchant.post(RECURRENCES, written({**BODY, "card": None, "token": "tok_unknown"}).encode())
    assert (unknown.status_code, unknown.json()["errorCode"]) == (404, 30)


def test_a_repeat_charges_once(merchant: Merchant) -> None:
    key = "11111111-1111-4111-8111-111111111111"
    first = merchant.post(RECURRENCES, written(BODY).encode(), key=key)
    before = everything()
    again = merchant.post(RECURRENCES, written(BODY).encode(), key=key)
    assert (again.content, again["x-idempotent-replay"], everything()) == (first.content, "true", before)


class TestCancelling:
    def test_it_ends_with_its_open_charges(self, merchant: Merchant) -> None:
        path = f"{RECURRENCES}/{recur(merchant)['recurrenceId']}/cancel"
        ended = merchant.call("PUT", path).json()
        assert (ended["status"], ended["endedAt"] is None) == ("CANCELLED", False)
        assert [each["status"] for each in ended["schedules"]] == ["PAID", "CANCELLED", "CANCELLED"]
        again = merchant.call("PUT", path)
        assert (again.status_code, again.json()["errorCode"]) == (422, 230)

    def test_one_charge_is_left_out_and_the_others_do_not_move(self, merchant: Merchant) -> None:
        made = recur(merchant)
        paid, second, third = (each["scheduleId"] for each in made["schedules"])
        path = f"{RECURRENCES}/{made['recurrenceId']}/schedules"
        left_out = merchant.call("PUT", f"{path}/{second}/cancel").json()
        assert (left_out["status"], left_out["scheduleId"]) == ("CANCELLED", second)
        rows = merchant.get(path).json()["content"]
        assert [(row["scheduleId"], row["status"], row["date"]) for row in rows] == [
            (paid, "PAID", made["schedules"][0]["date"]),
            (second, "CANCELLED", made["schedules"][1]["date"]),
            (third, "SCHEDULED", made["schedules"][2]["date"]),
        ]
        for closed in (paid, second):
            assert merchant.call("PUT", f"{path}/{closed}/cancel").json()["errorCode"] == 231
        assert merchant.call("PUT", f"{path}/unknown/cancel").json()["errorCode"] == 30
        assert merchant.call("PUT", f"{path}/{third}/cancel").json()["status"] == "CANCELLED"
        assert merchant.get(f"{RECURRENCES}/{made['recurrenceId']}").json()["status"] == "FINISHED"


def test_the_sandbox_makes_the_next_charge_now(merchant: Merchant) -> None:
    made = recur(merchant)
    path = f"{RECURRENCES}/{made['recurrenceId']}"
    for expected in (["PAID", "PAID", "SCHEDULED"], ["PAID"] * 3, ["PAID"] * 3):
        assert merchant.post(f"/v1/sandbox/recurrences/{made['recurrenceId']}/run-next").status_code == 202
        assert [each["status"] for each in merchant.get(path).json()["schedules"]] == expected
    assert merchant.get(path).json()["status"] == "FINISHED"
    assert_books_are_right()


class TestLists:
    def test_recurrences_by_status_and_reference_newest_first(self, merchant: Merchant, foreigner: Merchant) -> None:
        first, second = (recur(merchant, userReference=f"r{number}")["recurrenceId"] for number in (1, 2))
        merchant.call("PUT", f"{RECURRENCES}/{first}/cancel")
        for query, found in (
            ("", [second, first]),
            ("&status=CANCELLED", [first]),
            ("&userReference=r2", [second]),
            ("&size=1", [second]),
            ("&dateField=UPDATED", [first, second]),
        ):
            rows = merchant.get(f"{RECURRENCES}?{this_week()}{query}").json()["content"]
            assert [row["recurrenceId"] for row in rows] == found, query
            assert foreigner.get(f"{RECURRENCES}?{this_week()}{query}").json()["content"] == []
        assert merchant.get(RECURRENCES).json()["errors"] == ["initialDate: is required", "endDate: is required"]

    def test_cursors_walk_every_schedule_once(self, merchant: Merchant) -> None:
        made = recur(merchant, type="INDETERMINATE", numberInstallments=None)
        path = f"{RECURRENCES}/{made['recurrenceId']}/schedules?size=5"
        page = merchant.get(path).json()
        seen = page["content"]
        while page["nextCursor"]:
            page = merchant.get(f"{path}&cursor={page['nextCursor']}").json()
            seen += page["content"]
        assert seen == made["schedules"]


def bad_fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for value in (*NOT_TEXTUAL, None, "", "limited_times", "INDETERMINED"):
        yield "type", {"type": value}
    for value in (*NOT_TEXTUAL, None, "", "HOURLY"):
        yield "recurrenceFrequency", {"recurrenceFrequency": value}
    yesterday, far = TODAY - timedelta(days=1), TODAY + timedelta(days=367)
    for value in (*NOT_TEXTUAL, None, "", str(yesterday), str(far), "2026-02-30", "20270101", "2027-01-01T00:00:00Z"):
        yield "firstTransactionDate", {"firstTransactionDate": value}
    for value in (Raw("0"), Raw("1000"), Raw("1.0"), "3", True, None):
        yield "numberInstallments", {"numberInstallments": value}
    yield "numberInstallments", {"type": "INDETERMINATE"}
    for value in (*NOT_MONEY, None, Raw("0"), Raw("1.001")):
        yield "amount", {"amount": value}
    for value in (Raw("0"), Raw("13"), "3", True):
        yield "maximumFailedAttempts", {"maximumFailedAttempts": value}
    for value in NOT_A_FLAG:
        yield "validateCard", {"validateCard": value}
    yield "card", {"card": None}
    yield "token", {"token": "tok_1"}
    yield "card.number", {"card": {**CARD, "number": "4111111111110072"}}
    yield "card.cvv", {"card": {**CARD, "cvv": "1234"}}
    yield "card.expirationDate", {"card": {**CARD, "expirationDate": "2020-01"}}
    yield "customer", {"customer": None}
    yield "customer.name", {"customer": {"document": "12345678909"}}
    yield "customer.document", {"customer": {"name": "Marina"}}
    yield "customer.document", {"customer": {"name": "Marina", "document": "12345678900"}}
    yield "customer.name", {"customer": {"name": CARD["number"], "document": "12345678909"}}
    for name, longest in (("description", 140), ("userReference", 77)):
        for value in (*NOT_TEXTUAL, "a" * (longest + 1)):
            yield name, {name: value}
    yield "customerId", {"customerId": "a b"}
    yield "paymentType", {"paymentType": "A_VISTA"}


def test_every_bad_value_is_refused_by_name_and_changes_nothing(merchant: Merchant, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    merchant.get("/v1/me")
    before = everything()
    for path, bad in bad_fields():
        sentences = refused(merchant, "POST", RECURRENCES, written({**BODY, **bad}), "")
        assert [sentence.partition(": ")[0] for sentence in sentences] == [path], (bad, sentences)
    assert everything() == before


def test_what_is_not_there_is_404(merchant: Merchant) -> None:
    for method, what in (("GET", ""), ("PUT", "/cancel"), ("GET", "/schedules"), ("PUT", "/schedules/x/cancel")):
        assert merchant.call(method, f"{RECURRENCES}/unknown{what}").json()["errorCode"] == 30
