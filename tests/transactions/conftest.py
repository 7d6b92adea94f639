"""Sales by card in the states that tests begin with, made through the same actions as everywhere."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from core.actor import Actor
from core.cards import Card
from core.idempotency import Answer, KeyedRequest, once_in_steps
from transactions.actions.disputes import record_chargeback
from transactions.actions.follow_ups import follow_up
from transactions.actions.recurrences import RecurrenceDraft, create_recurrence
from transactions.actions.sales import Instrument, SaleDraft, pay
from transactions.models import CardPayment, Operation, Recurrence
from transactions.queries.orders import card_of
from transactions.states import Action, Frequency, RecurrenceType

# Each ends with the digit that decides in the sandbox (API.md 8).
APPROVED = "4111111111110071"
DECLINED = "4111111111110022"
TIMES_OUT = "4111111111110006"
REVIEWED = "4111111111110089"


def keyed(actor: Actor, path: str = "/test") -> KeyedRequest:
    return KeyedRequest(actor.client_id, "POST", path, uuid.uuid4(), b"body")


def card(number: str = APPROVED, **facts: str) -> Card:
    return Card(**{"holder_name": "MARINA EXEMPLO", "expires": "2031-12", "number": number, "cvv": "123", **facts})


def sell(actor: Actor, number: str = APPROVED, *, instrument: Instrument | None = None, **draft: Any) -> CardPayment:
    made: list[CardPayment] = []

    def render(payment: CardPayment) -> Answer:
        made.append(payment)
        return Answer(201, payment.operation.operation_id.encode())

    wanted = SaleDraft(**{"amount": Decimal("100.00"), **draft})
    paid_with = instrument or Instrument(card=card(number))
    once_in_steps(keyed(actor), lambda claim: pay(actor=actor, draft=wanted, instrument=paid_with, claim=claim), render)
    return card_of(actor, made[0].operation.operation_id)


def do(actor: Actor, operation: Operation, action: Action, amount: str | None = None, **more: Any) -> Operation:
    """Follows up on an operation, and gives the new one."""
    made: list[Operation] = []

    def render(new: Operation) -> Answer:
        made.append(new)
        return Answer(201, new.operation_id.encode())

    wanted = Decimal(amount) if amount else None
    once_in_steps(
        keyed(actor),
        lambda claim: follow_up(
            actor=actor, operation_id=operation.operation_id, action=action, amount=wanted, claim=claim, **more
        ),
        render,
    )
    return made[0]


@pytest.fixture
def sale(operator: Actor) -> CardPayment:
    """R$ 100.00 on a Visa, at sight, captured."""
    return sell(operator)


@pytest.fixture
def authorization(operator: Actor) -> CardPayment:
    """R$ 100.00 reserved on a Visa, nothing captured."""
    return sell(operator, capture=False)


def card_ids(actor: Actor) -> dict[str, str]:
    """What addresses of cards name: a sale with an open chargeback, and a recurrence with its kept card."""
    operation = sell(actor).operation
    chargeback = record_chargeback(actor=actor, operation_id=operation.operation_id)
    recurrence = recur(actor)
    return {
        "card_transaction_id": operation.operation_id,
        "operation_id": operation.operation_id,
        "order_id": operation.order.order_id,
        "dispute_id": chargeback.opened_dispute.dispute_id,
        "recurrence_id": recurrence.recurrence_id,
        "schedule_id": recurrence.schedules.all()[1].schedule_id,
        "contract_id": recurrence.contract.contract_id,
        "card_token": recurrence.contract.token,
        "customer_id": recurrence.contract.customer_id,
    }


def recur(actor: Actor) -> Recurrence:
    """R$ 49.90 a month, from today, three times."""
    return repeat(actor, starts_on=clock.today(actor.zone), installments=3)


def repeat(actor: Actor, number: str = APPROVED, **draft: Any) -> Recurrence:
    """R$ 49.90 each month, twelve times, the first in a month."""
    made: list[Recurrence] = []

    def render(recurrence: Recurrence) -> Answer:
        made.append(recurrence)
        return Answer(201, recurrence.recurrence_id.encode())

    usual = {
        "type": RecurrenceType.LIMITED_TIMES,
        "frequency": Frequency.MONTHLY,
        "starts_on": clock.today(actor.zone) + timedelta(days=30),
        "amount": Decimal("49.90"),
        "installments": 12,
        "customer_name": "Marina Exemplo",
        "customer_document": "39053344705",
    }
    wanted, paid_with = RecurrenceDraft(**{**usual, **draft}), Instrument(card=card(number), keep_for="cliente-77")
    once_in_steps(
        keyed(actor),
        lambda claim: create_recurrence(actor=actor, draft=wanted, instrument=paid_with, claim=claim),
        render,
    )
    return made[0]


# What else the addresses of pages name.
PAGE_IDS = {"action": "refund", "event": "chargeback"}
