"""Charges in the states that tests begin with, made through the same actions as everywhere."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from charges.actions.charges import ChargeDraft, create_charge
from charges.actions.payments import ReceivedPix, record_pix
from charges.models import Charge
from core import clock
from core.actor import Actor
from core.idempotency import Answer, KeyedRequest, once_in_steps

MakeCharge = Callable[..., Charge]


def keyed(actor: Actor, path: str = "/test") -> KeyedRequest:
    return KeyedRequest(actor.client_id, "POST", path, uuid.uuid4(), b"body")


def make_charge(actor: Actor, **draft: Any) -> Charge:
    made: list[Charge] = []

    def render(charge: Charge) -> Answer:
        made.append(charge)
        return Answer(201, charge.txid.encode())

    wanted = ChargeDraft(**{"amount": Decimal("100.00"), **draft})
    once_in_steps(keyed(actor), lambda claim: create_charge(actor=actor, draft=wanted, claim=claim), render)
    return made[0]


def pix_for(charge: Charge, **facts: Any) -> ReceivedPix:
    moment = clock.now()
    usual: dict[str, Any] = {
        "txid": charge.txid,
        "end_to_end_id": f"E{uuid.uuid4().hex[:31]}",
        "amount": charge.amount,
        "payer_document": charge.debtor_document or "12345678909",
        "payer_name": "Pessoa de Teste",
        "settled_at": moment,
    }
    return ReceivedPix(**{**usual, **facts})


def pay(charge: Charge, **facts: Any) -> Charge:
    record_pix(pix_for(charge, **facts))
    charge.refresh_from_db()
    return charge


@pytest.fixture
def active_charge(operator: Actor) -> Charge:
    return make_charge(operator)


@pytest.fixture
def paid_charge(active_charge: Charge) -> Charge:
    return pay(active_charge)
