"""A Pix arrived: it pays its charge, or goes back in full (API.md 6.1, last paragraph; STATES.md 1)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction

from accounts.queries import system
from charges.actions.changes import locked, move, record
from charges.actions.charges import activate
from charges.actions.refunds import return_in_full
from charges.messages import payment_message
from charges.models import Charge, Payment
from charges.states import OPEN, RECEIVED, ChargeStatus, PaymentOutcome
from core import clock
from core.errors import NotFound
from transactions.actions.pix import receive
from webhooks.events import amount_fact

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReceivedPix:
    """What the network says of a Pix: amount in reais, the moment it was settled."""

    txid: str
    end_to_end_id: str
    amount: Decimal
    payer_document: str
    payer_name: str
    settled_at: datetime


def handle_pix_notice(payload: dict[str, Any]) -> None:
    pix = ReceivedPix(
        txid=payload["txid"],
        end_to_end_id=payload["endToEndId"],
        amount=Decimal(payload["amount"]),
        payer_document=payload["payer"]["document"],
        payer_name=payload["payer"]["name"],
        settled_at=clock.cut(datetime.fromisoformat(payload["settledAt"])),
    )
    try:
        record_pix(pix)
    except NotFound:
        log.warning("a Pix for an unknown txid", txid=pix.txid, end_to_end_id=pix.end_to_end_id)


def record_pix(pix: ReceivedPix) -> Payment | None:
    """Records a Pix once, whatever the order and number of its notices. None when it was known. Raises NotFound."""
    with transaction.atomic():
        charge = locked(pix.txid)
        if Payment.objects.filter(client_id=charge.client_id, end_to_end_id=pix.end_to_end_id).exists():
            return None
        if charge.status == ChargeStatus.CREATED:  # the Pix says that the network has it
            activate(charge, actor=system(charge.client))
        payment = Payment.objects.create(
            client_id=charge.client_id,
            charge=charge,
            operation=receive(
                charge.order,
                amount=pix.amount,
                end_to_end_id=pix.end_to_end_id,
                settled_at=pix.settled_at,
                actor=system(charge.client),
            ),
            end_to_end_id=pix.end_to_end_id,
            amount=pix.amount,
            payer_document=pix.payer_document,
            payer_name=pix.payer_name[:200],
            outcome=outcome_for(charge, pix),
            settled_at=pix.settled_at,
            recorded_at=clock.now(),
        )
        if payment.outcome == PaymentOutcome.ACCEPTED:
            _pay(charge, payment)
        else:
            _send_back(charge, payment)
    return payment


def outcome_for(charge: Charge, pix: ReceivedPix) -> PaymentOutcome:
    """What this Pix does to the charge as it stands under its lock."""
    status = ChargeStatus(charge.status)
    if status in RECEIVED:
        return PaymentOutcome.ALREADY_PAID
    end = charge.expires_at if status in OPEN else charge.ended_at
    if end is None or pix.settled_at >= end:
        return PaymentOutcome.LATE
    if charge.validate_debtor and pix.payer_document != charge.debtor_document:
        return PaymentOutcome.DEBTOR_MISMATCH
    if pix.amount != charge.amount:
        return PaymentOutcome.AMOUNT_MISMATCH
    return PaymentOutcome.ACCEPTED


def _pay(charge: Charge, payment: Payment) -> None:
    move(charge, ChargeStatus.PAID)
    charge.paid_at, charge.next_look_up_at = payment.settled_at, None
    record(
        charge,
        "paid",
        actor=system(charge.client),
        fields=("status", "paid_at", "next_look_up_at"),
        facts={"amount": amount_fact(payment.amount), "endToEndId": payment.end_to_end_id},
        tell=lambda paid: payment_message(paid, payment),
    )


def _send_back(charge: Charge, payment: Payment) -> None:
    charge.needs_attention = True
    record(
        charge,
        "pix_not_accepted",
        actor=system(charge.client),
        fields=("needs_attention",),
        facts={
            "amount": amount_fact(payment.amount),
            "endToEndId": payment.end_to_end_id,
            "reason": payment.outcome,
        },
    )
    return_in_full(charge, payment)
