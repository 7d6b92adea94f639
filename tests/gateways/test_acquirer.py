"""The sandbox's acquirer answers by the last digit of a card, each call once, and tells what happens later."""

import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from core.cards import Brand, Card
from gateways import notices
from gateways.errors import GatewayRefused, OutcomeUnknown
from gateways.models import Notice, SandboxCardOperation, SandboxChargeback
from gateways.protocols import Authorization, CardFollowUp, CardOutcome, CardState, StoredCard
from gateways.sandbox import acquirer_network
from gateways.sandbox.cards import SandboxAcquirer
from gateways.tasks import run_sandbox
from tests.gateways.published import NUMBERS, card
from tests.racing import at_once

pytestmark = pytest.mark.django_db
acquirer = SandboxAcquirer()


def order(given: Card | StoredCard | None = None, **facts: Any) -> Authorization:
    usual: dict[str, Any] = {
        "operation_id": uuid.uuid4().hex,
        "amount": Decimal("100.00"),
        "card": given or card(),
        "installments": 1,
        "payment_type": "A_VISTA",
        "capture": True,
    }
    return Authorization(**{**usual, **facts})


def sold(**facts: Any) -> str:
    """The id of an approved sale, or with `capture=False` of a pre-authorization."""
    sale = order(**facts)
    assert acquirer.authorize(sale).state == CardState.APPROVED
    return sale.operation_id


def following(parent_id: str, amount: str = "100.00", operation_id: str | None = None) -> CardFollowUp:
    return CardFollowUp(operation_id or uuid.uuid4().hex, parent_id, Decimal(amount))


def answer(outcome: CardOutcome) -> tuple[str, str]:
    return outcome.state.value, outcome.return_code


def known(operation_id: str) -> CardOutcome:
    outcome = acquirer.look_up(operation_id)
    assert outcome is not None
    return outcome


ANSWERS = {
    "1": ("APPROVED", "00"),
    "2": ("DENIED", "05"),
    "3": ("DENIED", "57"),
    "5": ("DENIED", "78"),
    "7": ("DENIED", "77"),
    "8": ("DENIED", "70"),
    "9": ("UNDER_REVIEW", ""),
}


class TestTheLastDigitDecides:
    @pytest.mark.parametrize("brand", NUMBERS)
    @pytest.mark.parametrize(("digit", "expected"), ANSWERS.items())
    def test_what_every_published_number_is_answered(self, brand: Brand, digit: str, expected: tuple[str, str]) -> None:
        assert answer(acquirer.authorize(order(card(digit, brand)))) == expected

    @pytest.mark.parametrize("number", ["4111111111111030", "4111111111111014"])
    def test_a_number_that_ends_in_0_or_4_is_approved_too(self, number: str) -> None:
        other = Card(holder_name="ANA EXEMPLO", expires="2030-12", number=number, cvv="000")
        assert answer(acquirer.authorize(order(other))) == ("APPROVED", "00")

    @pytest.mark.parametrize(("digit", "expected"), ANSWERS.items())
    def test_of_a_stored_card_that_nobody_is_present_for(self, digit: str, expected: tuple[str, str]) -> None:
        stored = acquirer.tokenize(card(digit), reference="a card")
        assert answer(acquirer.authorize(order(stored, merchant_initiated=True))) == expected

    def test_an_approval_has_an_authorization_code_and_a_refusal_has_none(self) -> None:
        approved, denied = acquirer.authorize(order()), acquirer.authorize(order(card("2")))
        assert len(approved.authorization_code) == 6
        assert denied.authorization_code == ""
        assert approved.nsu != denied.nsu


class TestATimeOut:
    def test_is_unknown_at_first_and_a_refusal_within_thirty_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        began, sale = clock.now(), order(card("6"))
        for ask in (acquirer.authorize, acquirer.authorize, lambda same: acquirer.look_up(same.operation_id)):
            with pytest.raises(OutcomeUnknown):
                ask(sale)
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=10))
        with pytest.raises(OutcomeUnknown):
            acquirer.look_up(sale.operation_id)
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=30))
        assert answer(known(sale.operation_id)) == ("DENIED", "99")
        assert acquirer.authorize(sale) == known(sale.operation_id)

    def test_says_of_what_never_arrived_that_it_never_heard_of_it(self) -> None:
        assert acquirer.look_up("never sent") is None


class TestEachCallHappensOnce:
    @pytest.mark.parametrize("digit", ["1", "2", "9"])
    def test_a_sale_that_is_sent_again(self, digit: str) -> None:
        sale = order(card(digit))
        assert acquirer.authorize(sale) == acquirer.authorize(sale) == acquirer.look_up(sale.operation_id)
        assert SandboxCardOperation.objects.count() == 1

    def test_a_sale_sent_again_after_its_stored_card_was_forgotten(self) -> None:
        stored = acquirer.tokenize(card(), reference="a card")
        sale = order(stored)
        first = acquirer.authorize(sale)
        acquirer.forget(stored.token)
        assert acquirer.authorize(sale) == first

    def test_a_refund_that_is_sent_again(self) -> None:
        refund = following(sold())
        assert acquirer.refund(refund) == acquirer.refund(refund) == acquirer.look_up(refund.operation_id)
        assert answer(known(refund.operation_id)) == ("APPROVED", "00")

    def test_no_two_operations_share_an_nsu(self) -> None:
        outcomes = [acquirer.authorize(order(card(digit))) for digit in "12357891"]
        outcomes += [acquirer.refund(following(sold(), "1.00")), acquirer.verify("verified", card())]
        assert max(Counter(outcome.nsu for outcome in outcomes).values()) == 1
        assert all(6 <= len(outcome.nsu) <= 9 and outcome.nsu.isdigit() for outcome in outcomes)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_the_same_sale_has_one_outcome(self) -> None:
        sale = order()
        assert len(set(at_once(8, lambda _position: acquirer.authorize(sale)))) == 1

    def test_refunds_never_give_back_more_than_was_sold(self) -> None:
        sale = sold()
        outcomes = at_once(8, lambda _position: acquirer.refund(following(sale, "30.00")))
        assert sorted(answer(outcome) for outcome in outcomes) == [("APPROVED", "00")] * 3 + [("DENIED", "102")] * 5

    def test_a_card_is_kept_once_for_each_reference(self) -> None:
        assert len(set(at_once(8, lambda _position: acquirer.tokenize(card(), reference="a card")))) == 1


class TestFollowUps:
    def test_parts_of_a_preauthorization_are_captured_the_rest_is_voided_and_no_more_is_left(self) -> None:
        authorization = sold(capture=False)
        steps = [
            acquirer.capture(following(authorization, "60.00")),
            acquirer.capture(following(authorization, "40.01")),
            acquirer.void(following(authorization, "40.00")),
            acquirer.capture(following(authorization, "0.01")),
        ]
        assert [outcome.return_code for outcome in steps] == ["00", "102", "00", "102"]

    def test_a_capture_is_refunded_up_to_its_own_amount(self) -> None:
        capture = following(sold(capture=False), "60.00")
        acquirer.capture(capture)
        refunds = [acquirer.refund(following(capture.operation_id, amount)) for amount in ("50.00", "10.01", "10.00")]
        assert [outcome.return_code for outcome in refunds] == ["00", "102", "00"]

    def test_a_sale_is_voided_once(self) -> None:
        sale = sold()
        assert [acquirer.void(following(sale)).return_code for _each in range(2)] == ["00", "102"]

    def test_nothing_follows_what_is_unknown_refused_or_of_another_kind(self) -> None:
        refused = order(card("2"))
        acquirer.authorize(refused)
        refund = following(sold(), "1.00")
        acquirer.refund(refund)
        outcomes = [
            acquirer.refund(following("never sent")),
            acquirer.void(following(refused.operation_id)),
            acquirer.capture(following(sold())),
            acquirer.refund(following(sold(capture=False))),
            acquirer.void(following(refund.operation_id, "1.00")),
        ]
        assert [answer(outcome) for outcome in outcomes] == [("DENIED", "120")] * 5


class TestStoredCards:
    def test_all_that_is_known_of_one_is_what_may_be_shown(self) -> None:
        stored = acquirer.tokenize(card("2", Brand.ELO), reference="a card")
        assert (stored.brand, stored.last4, stored.expires) == ("ELO", "0052", "2030-12")
        assert stored.holder_name == "ANA EXEMPLO"

    def test_the_same_reference_keeps_the_same_card_and_another_one_a_new_token(self) -> None:
        first = acquirer.tokenize(card(), reference="a card")
        assert acquirer.tokenize(card(), reference="a card") == first
        assert acquirer.tokenize(card(), reference="another").token != first.token

    def test_a_number_of_no_brand_is_refused(self) -> None:
        with pytest.raises(GatewayRefused):
            acquirer.tokenize(Card("ANA EXEMPLO", "2030-12", "9111111111110071"), reference="a card")

    def test_one_that_was_forgotten_pays_nothing_and_is_forgotten_again_without_harm(self) -> None:
        stored = acquirer.tokenize(card(), reference="a card")
        acquirer.forget(stored.token)
        acquirer.forget(stored.token)
        assert answer(acquirer.authorize(order(stored))) == ("DENIED", "14")
        assert answer(acquirer.verify("verified", stored)) == ("DENIED", "14")

    @pytest.mark.parametrize("digit", ["1", "2", "6", "9"])
    def test_a_verification_takes_nothing_and_is_answered_at_once(self, digit: str) -> None:
        verified = acquirer.verify("verified", card(digit))
        assert answer(verified) == ("APPROVED", "00")
        assert acquirer.verify("verified", card(digit)) == verified
        assert answer(acquirer.refund(following("verified", "0.01"))) == ("DENIED", "120")


class Heard(list[dict[str, Any]]):
    """What the handlers of a kind were told."""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    told = Heard()
    for kind in ("card.review", "card.chargeback", "card.chargeback.outcome"):
        monkeypatch.setitem(notices._handlers, kind, told.append)
    return told


@pytest.mark.django_db(transaction=True)
class TestNotices:
    def test_a_review_ends_after_a_minute_with_an_approval(self, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
        began, sale = clock.now(), order(card("9"))
        acquirer.authorize(sale)
        run_sandbox()
        assert heard == []
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=61))
        run_sandbox()
        run_sandbox()
        decided = known(sale.operation_id)
        assert answer(decided) == ("APPROVED", "00")
        assert heard == [
            {
                "operationId": sale.operation_id,
                "approved": True,
                "nsu": decided.nsu,
                "authorizationCode": decided.authorization_code,
                "returnCode": "00",
            }
        ]

    def test_a_review_is_decided_once_and_a_refused_sale_may_still_be_voided(self, heard: Heard) -> None:
        sale = order(card("9"))
        acquirer.authorize(sale)
        assert answer(acquirer.void(following(sale.operation_id))) == ("DENIED", "120")
        acquirer_network.decide_review(operation_id=sale.operation_id, approved=False)
        acquirer_network.decide_review(operation_id=sale.operation_id, approved=True)
        assert [(told["approved"], told["returnCode"]) for told in heard] == [(False, "59")]
        assert answer(acquirer.refund(following(sale.operation_id))) == ("DENIED", "120")
        assert answer(acquirer.void(following(sale.operation_id))) == ("APPROVED", "00")

    def test_a_chargeback_and_its_outcome_are_told_once_each(self, heard: Heard) -> None:
        sale = sold()
        case_id = acquirer_network.open_chargeback(operation_id=sale, amount=Decimal("60"), reason_code="10.4")
        acquirer_network.decide_chargeback(case_id=case_id, won=True)
        acquirer_network.decide_chargeback(case_id=case_id, won=False)
        acquirer_network.decide_chargeback(case_id="unknown", won=False)
        opened, decided = heard
        assert opened.pop("openedAt") <= decided.pop("decidedAt")
        assert opened == {"operationId": sale, "caseId": case_id, "amount": "60.00", "reasonCode": "10.4"}
        assert decided == {"operationId": sale, "caseId": case_id, "won": True}
        assert SandboxChargeback.objects.get().won is True

    def test_there_is_no_chargeback_of_money_that_was_not_taken(self, heard: Heard) -> None:
        refused = order(card("2"))
        acquirer.authorize(refused)
        for operation_id, amount in (
            ("never sent", "1.00"),
            (refused.operation_id, "1.00"),
            (sold(capture=False), "1.00"),
            (sold(), "100.01"),
        ):
            with pytest.raises(GatewayRefused):
                acquirer_network.open_chargeback(operation_id=operation_id, amount=Decimal(amount), reason_code="10.4")
        assert heard == []

    def test_a_notice_of_a_kind_that_nobody_handles_yet_is_kept_for_who_will(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = Heard()
        monkeypatch.delitem(notices._handlers, "card.chargeback", raising=False)
        case_id = acquirer_network.open_chargeback(operation_id=sold(), amount=Decimal("1"), reason_code="10.4")
        kept = Notice.objects.get(external_id=case_id)
        assert (kept.handled_at, kept.attempts, kept.error) == (None, 1, "NobodyHandles: card.chargeback")
        monkeypatch.setitem(notices._handlers, "card.chargeback", told.append)
        Notice.objects.update(next_attempt_at=clock.now())
        notices.handle_waiting()
        assert [notice["caseId"] for notice in told] == [case_id]
