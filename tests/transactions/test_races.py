"""Several at the same payment at once: what is written down is what one of them did."""

from decimal import Decimal

import pytest
from django.db import transaction

from core.actor import Actor
from core.at_hand import remember
from gateways.protocols import CardOutcome, CardState
from tests.racing import at_once
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import card
from transactions.actions.sales import Instrument, SaleDraft, reserve_sale, settle_sale
from transactions.models import CardPayment, Posting, Receivable
from transactions.states import CardStatus
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
APPROVED = CardOutcome(CardState.APPROVED, "00", "000001", "T00001")


def reserved(actor: Actor) -> CardPayment:
    with transaction.atomic():
        return reserve_sale(actor=actor, draft=SaleDraft(amount=Decimal("90.00")), instrument=Instrument(card=card()))


def test_an_answer_and_a_look_up_at_once_settle_a_sale_once(operator: Actor) -> None:
    """Each holds the payment as it was when it was PENDING."""
    waiting = reserved(operator)

    def settle(_position: int) -> CardPayment:
        known = CardPayment.objects.select_related("operation__order").get(pk=waiting.pk)
        with transaction.atomic():
            return settle_sale(known, APPROVED, actor=operator)

    settled = at_once(6, settle)
    assert {payment.status for payment in settled} == {CardStatus.APPROVED}
    assert Receivable.objects.count() == Posting.objects.count() == 1
    assert Event.objects.filter(name="card.approved").count() == 1
    assert_books_are_right()


def test_what_was_remembered_of_a_sale_is_not_believed_once_it_was_settled_elsewhere(operator: Actor) -> None:
    mine, theirs = reserved(operator), CardPayment.objects.select_related("operation__order").get()
    with transaction.atomic():
        settle_sale(theirs, CardOutcome(CardState.DENIED, "51", "", ""), actor=operator)
    with transaction.atomic():
        now = settle_sale(mine, APPROVED, actor=operator)
    assert now.status == CardStatus.DENIED
    assert not Receivable.objects.exists()
    assert_books_are_right()


def test_remembered_rows_are_given_without_a_query(operator: Actor, django_assert_num_queries: object) -> None:
    operation = reserved(operator).operation
    rows = [Receivable(number=1), Receivable(number=2)]
    remember(operation, "receivables", rows)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert list(operation.receivables.all()) == rows
    assert not operation.receivables.filter(gross=0).exists()
