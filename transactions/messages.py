"""What merchants are told about cards (API.md 7): flat, the same bytes that are signed later.

Money that belongs to a payment link or a recurrence is announced under that product's type only.
"""

from typing import Any

from core import clock
from transactions.models import CardPayment, Dispute, Operation, Recurrence, Schedule
from transactions.states import (
    CardFlag,
    CardStatus,
    DisputeStatus,
    OperationResult,
    OperationType,
    RecurrenceStatus,
    ScheduleStatus,
)
from webhooks.catalogue import describe
from webhooks.events import Message

PAYMENT = "CARD_PAYMENT_INBOUND"
CHARGEBACK = "CARD_CHARGEBACK"
RECURRING = "CARD_RECURRING_INBOUND"


def payment_message(card: CardPayment, operation: Operation) -> Message | None:
    """What happened to a payment by card. `type` and `operationId` are of the operation that made it happen."""
    if card.origin:
        return None
    return Message(PAYMENT, {**_payment(card), **_operation(operation)})


def chargeback_message(card: CardPayment, dispute: Dispute, event: str) -> Message:
    """A dispute was opened, reversed, lost or won."""
    return Message(
        CHARGEBACK,
        {
            **_payment(card),
            "event": event,
            "disputeId": dispute.dispute_id,
            "disputeStatus": dispute.status,
            "operationId": dispute.operation.operation_id,
            "caseId": dispute.case_id or None,
            "amount": dispute.amount,
            "reasonCode": dispute.reason_code or None,
            "deadline": clock.text(dispute.deadline),
        },
    )


def recurring_message(
    recurrence: Recurrence, event: str, schedule: Schedule | None, payment: CardPayment | None
) -> Message:
    """A schedule was paid or failed, or the recurrence ended."""
    return Message(
        RECURRING,
        {
            "event": event.upper(),
            "recurrenceId": recurrence.recurrence_id,
            "contractId": recurrence.contract.contract_id,
            "status": recurrence.status,
            "reason": recurrence.reason or None,
            "amount": recurrence.amount,
            "scheduleId": schedule.schedule_id if schedule else None,
            "scheduleNumber": schedule.number if schedule else None,
            "scheduleDate": schedule.on.isoformat() if schedule else None,
            "scheduleStatus": schedule.status if schedule else None,
            "transactionId": payment.operation.operation_id if payment else None,
            "returnCode": (schedule.return_code or None) if schedule else None,
            "userReference": recurrence.user_reference or None,
        },
    )


def _payment(card: CardPayment) -> dict[str, Any]:
    payment = card.operation
    return {
        "transactionId": payment.operation_id,
        "orderId": payment.order.order_id,
        "status": card.status,
        "authorizationOnly": card.is_authorization_only,
        "transactionAmount": card.amount,
        "capturedAmount": card.captured_amount,
        "refundedAmount": card.refunded_amount,
        "chargedBackAmount": card.charged_back_amount,
        "flags": [flag.value for flag in card.flags],
        "nsu": payment.nsu or None,
        "authorizationCode": payment.authorization_code or None,
        "card": {"brand": card.brand, "last4": card.last4, "holderName": card.holder_name},
        "numberInstallments": card.installments,
        "paymentType": card.payment_type,
        "transactionDate": clock.text(card.created_at),
        "userReference": card.user_reference or None,
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "type": operation.type,
        "operationId": operation.operation_id,
        "operationResult": operation.result,
        "amount": operation.amount,
        "merchantTransactionId": operation.merchant_transaction_id,
        "returnCode": operation.return_code or None,
    }


TEXT, MISSING = {"type": "string"}, {"type": ["string", "null"]}
AMOUNT = {"type": "number", "minimum": 0}
CARD_FIELDS = {
    "transactionId": TEXT,
    "orderId": TEXT,
    "status": {"enum": CardStatus.values},
    "authorizationOnly": {"type": "boolean"},
    "transactionAmount": AMOUNT,
    "capturedAmount": AMOUNT,
    "refundedAmount": AMOUNT,
    "chargedBackAmount": AMOUNT,
    "flags": {"type": "array", "items": {"enum": CardFlag.values}},
    "nsu": MISSING,
    "authorizationCode": MISSING,
    "card": {
        "type": "object",
        "properties": {"brand": TEXT, "last4": TEXT, "holderName": TEXT},
        "required": ["brand", "last4", "holderName"],
        "additionalProperties": False,
    },
    "numberInstallments": {"type": "integer", "minimum": 1, "maximum": 12},
    "paymentType": TEXT,
    "transactionDate": {"type": "string", "format": "date-time"},
    "userReference": MISSING,
}
CARD_EXAMPLE = {
    "transactionId": "5f0c2e0a-1f0e-4b52-9d6c-7a3f6f1c9b21",
    "orderId": "pedido-1042",
    "status": "APPROVED",
    "authorizationOnly": False,
    "transactionAmount": 150.00,
    "capturedAmount": 150.00,
    "refundedAmount": 0.00,
    "chargedBackAmount": 0.00,
    "flags": [],
    "nsu": "482913",
    "authorizationCode": "A1B2C3",
    "card": {"brand": "VISA", "last4": "0071", "holderName": "MARINA EXEMPLO"},
    "numberInstallments": 1,
    "paymentType": "A_VISTA",
    "transactionDate": "2026-11-20T17:32:50.123Z",
    "userReference": "pedido-1042",
}


def describe_messages() -> None:
    """The shapes of these messages and examples, for the catalogue of event types."""
    _describe_payments()
    _describe_chargebacks()
    _describe_recurrences()


def _describe_payments() -> None:
    describe(
        PAYMENT,
        fields={
            **CARD_FIELDS,
            "type": {"enum": [kind.value for kind in OperationType]},
            "operationId": TEXT,
            "operationResult": {"enum": OperationResult.values},
            "amount": {"type": "number", "minimum": 0.01},
            "merchantTransactionId": MISSING,
            "returnCode": MISSING,
        },
        optional=(),
        example={
            **CARD_EXAMPLE,
            "type": "DEBIT",
            "operationId": CARD_EXAMPLE["transactionId"],
            "operationResult": "EXECUTED",
            "amount": 150.00,
            "merchantTransactionId": None,
            "returnCode": "00",
        },
    )


def _describe_chargebacks() -> None:
    describe(
        CHARGEBACK,
        fields={
            **CARD_FIELDS,
            "event": {"enum": ["OPENED", "REVERSED", "LOST", "WON"]},
            "disputeId": TEXT,
            "disputeStatus": {"enum": DisputeStatus.values},
            "operationId": TEXT,
            "caseId": MISSING,
            "amount": {"type": "number", "minimum": 0.01},
            "reasonCode": MISSING,
            "deadline": {"type": "string", "format": "date-time"},
        },
        optional=(),
        example={
            **CARD_EXAMPLE,
            "chargedBackAmount": 150.00,
            "flags": ["CHARGEBACK"],
            "event": "OPENED",
            "disputeId": "dsp_k3v9w0x1y2z3a4b5c6d7e8f9g0h1",
            "disputeStatus": "OPEN",
            "operationId": CARD_EXAMPLE["transactionId"],
            "caseId": "CB-20261120-0001",
            "amount": 150.00,
            "reasonCode": "10.4",
            "deadline": "2026-12-05T02:59:59.999Z",
        },
    )


def _describe_recurrences() -> None:
    describe(
        RECURRING,
        fields={
            "event": {"enum": ["SCHEDULE_PAID", "SCHEDULE_FAILED", "ENDED"]},
            "recurrenceId": TEXT,
            "contractId": TEXT,
            "status": {"enum": RecurrenceStatus.values},
            "reason": MISSING,
            "amount": {"type": "number", "minimum": 0.01},
            "scheduleId": MISSING,
            "scheduleNumber": {"type": ["integer", "null"], "minimum": 1},
            "scheduleDate": {"type": ["string", "null"], "format": "date"},
            "scheduleStatus": {"enum": [*ScheduleStatus.values, None]},
            "transactionId": MISSING,
            "returnCode": MISSING,
            "userReference": MISSING,
        },
        optional=(),
        example={
            "event": "SCHEDULE_PAID",
            "recurrenceId": "rec_k3v9w0x1y2z3a4b5c6d7e8f9g0h1",
            "contractId": "ctr_k3v9w0x1y2z3a4b5c6d7e8f9g0h1",
            "status": "ACTIVE",
            "reason": None,
            "amount": 49.90,
            "scheduleId": "sch_k3v9w0x1y2z3a4b5c6d7e8f9g0h1",
            "scheduleNumber": 2,
            "scheduleDate": "2026-11-20",
            "scheduleStatus": "PAID",
            "transactionId": "5f0c2e0a-1f0e-4b52-9d6c-7a3f6f1c9b21",
            "returnCode": "00",
            "userReference": "assinatura-77",
        },
    )
