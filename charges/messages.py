"""What merchants are told about a charge (API.md 7.2): flat, the same bytes that are signed later."""

from decimal import Decimal
from typing import Any

from charges.models import Charge, Payment, Refund
from charges.states import CHARGE_CODES, PaymentOutcome, RefundNature
from core import clock
from transactions.models import Dispute
from transactions.states import DisputeStatus
from webhooks.catalogue import describe
from webhooks.events import Message

TYPE = "PIX_QR_INBOUND"
MED = "PIX_MED"


def payer_of(payment: Payment) -> dict[str, Any]:
    return {"documentNumber": payment.payer_document or None, "name": payment.payer_name or None}


def payment_message(charge: Charge, payment: Payment) -> Message:
    return Message(
        TYPE,
        {
            "txid": charge.txid,
            "amount": payment.amount,
            "payer": payer_of(payment),
            "endToEndId": payment.end_to_end_id,
            "type": "PAYMENT",
            "status": "PAID",
            "paymentDate": clock.text(payment.settled_at),
            "userReference": charge.user_reference or None,
        },
    )


def refund_message(charge: Charge, refund: Refund, *, remaining: Decimal) -> Message | None:
    """None for a Pix that did not pay its charge and whose return failed: merchants never heard of it."""
    payment = refund.payment
    fields = {
        "txid": charge.txid,
        "amount": refund.amount,
        "payer": payer_of(payment),
        "endToEndId": payment.end_to_end_id,
        "type": "REFUND",
        "status": refund.status,
        "paymentDate": clock.text(payment.settled_at),
        "userReference": charge.user_reference or None,
        "refundId": refund.refund_id,
        "nature": refund.nature,
        "devolutionEndToEndId": refund.devolution_end_to_end_id or None,
        "chargeStatus": charge.current_status.value,
        "remainingAmount": remaining,
    }
    if payment.outcome == PaymentOutcome.ACCEPTED:
        return Message(TYPE, fields)
    if refund.completed_at is None:
        return None
    return Message(TYPE, {**fields, "reason": payment.outcome})


def lifecycle_message(charge: Charge) -> Message:
    return Message(
        TYPE,
        {
            "txid": charge.txid,
            "amount": charge.amount,
            "payer": None,
            "endToEndId": None,
            "type": "LIFECYCLE",
            "status": charge.status,
            "paymentDate": None,
            "userReference": charge.user_reference or None,
        },
        lifecycle=True,
    )


def med_message(charge: Charge, dispute: Dispute) -> Message:
    """A MED was opened or decided."""
    return Message(
        MED,
        {
            "event": "OPENED" if dispute.status == DisputeStatus.OPEN else "DECIDED",
            "disputeId": dispute.dispute_id,
            "disputeStatus": dispute.status,
            "kind": dispute.reason_code,
            "txid": charge.txid,
            "endToEndId": dispute.operation.end_to_end_id,
            "amount": dispute.amount,
            "deadline": clock.text(dispute.deadline),
            "userReference": charge.user_reference or None,
        },
    )


# What of a message is described to those who receive it.
TEXT, MISSING = {"type": "string"}, {"type": ["string", "null"]}
PAYER = {
    "type": ["object", "null"],
    "properties": {"documentNumber": MISSING, "name": MISSING},
    "required": ["documentNumber", "name"],
    "additionalProperties": False,
}
OF_REFUNDS = {
    "refundId": TEXT,
    "nature": {"enum": RefundNature.values},
    "devolutionEndToEndId": MISSING,
    "chargeStatus": {"enum": [status.value for status in CHARGE_CODES]},
    "remainingAmount": {"type": "number", "minimum": 0},
    "reason": {"enum": PaymentOutcome.values},
}


def describe_messages() -> None:
    """The shapes of these messages and examples, for the catalogue of event types."""
    _describe_charges()
    _describe_med()


def _describe_charges() -> None:
    describe(
        TYPE,
        fields={
            "txid": TEXT,
            "amount": {"type": "number", "minimum": 0.01},
            "payer": PAYER,
            "endToEndId": MISSING,
            "type": {"enum": ["PAYMENT", "REFUND", "LIFECYCLE"]},
            "status": {"enum": ["PAID", "COMPLETED", "FAILED", "EXPIRED", "CANCELLED"]},
            "paymentDate": {"type": ["string", "null"], "format": "date-time"},
            "userReference": MISSING,
            **OF_REFUNDS,
        },
        optional=tuple(OF_REFUNDS),
        example={
            "txid": "astra202611k3v9w0x1y2z3a4b5c6d7",
            "amount": 150.00,
            "payer": {"documentNumber": "12345678909", "name": "Marina Exemplo"},
            "endToEndId": "E12345678202611201732abcdefghijk",
            "type": "PAYMENT",
            "status": "PAID",
            "paymentDate": "2026-11-20T17:32:50.123Z",
            "userReference": "pedido-1042",
        },
    )


def _describe_med() -> None:
    describe(
        MED,
        fields={
            "event": {"enum": ["OPENED", "DECIDED"]},
            "disputeId": TEXT,
            "disputeStatus": {"enum": DisputeStatus.values},
            "kind": {"enum": ["FRAUDE", "OPERACIONAL", "PIX_AUTOMATICO"]},
            "txid": TEXT,
            "endToEndId": TEXT,
            "amount": {"type": "number", "minimum": 0.01},
            "deadline": {"type": "string", "format": "date-time"},
            "userReference": MISSING,
        },
        example={
            "event": "OPENED",
            "disputeId": "dsp_k3v9w0x1y2z3a4b5c6d7e8f9g0h1",
            "disputeStatus": "OPEN",
            "kind": "FRAUDE",
            "txid": "astra202611k3v9w0x1y2z3a4b5c6d7",
            "endToEndId": "E12345678202611201732abcdefghijk",
            "amount": 150.00,
            "deadline": "2026-11-28T02:59:59.999Z",
            "userReference": "pedido-1042",
        },
    )
