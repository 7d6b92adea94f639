"""How a charge, a Pix and a refund are shown."""

from typing import Any

import orjson

from charges import limits
from charges.messages import payer_of
from charges.models import Charge, Payment, Refund
from charges.qr import png_base64
from charges.queries import SHOWN
from charges.states import CHARGE_CODES, ChargeStatus
from core import clock, documents
from core.documents import DocumentType

CHARGE_COLUMNS = (
    "id",
    "txid",
    "status",
    "amount",
    "pix_copy_and_paste",
    "description",
    "user_reference",
    "payer_request",
    "additional_information",
    "debtor_name",
    "debtor_document",
    "validate_debtor",
    "origin",
    "expires_at",
    "revision",
    "created_at",
    "updated_at",
    "paid_at",
)
OPEN_PLACE = b'"qrCodeBase64":null'
CHARGE_ROWS = SHOWN.values(*CHARGE_COLUMNS)  # once: to name the columns takes as long as all conditions do


def charge_row(row: dict[str, Any], status: ChargeStatus) -> dict[str, Any]:
    """A charge from `.values(*CHARGE_COLUMNS)`, with the status of this moment."""
    document = row["debtor_document"]
    is_cpf = bool(document) and documents.document_type(document) is DocumentType.CPF
    has_debtor = bool(document or row["debtor_name"])
    return {
        "txid": row["txid"],
        "amount": row["amount"],
        "status": {"code": CHARGE_CODES[status], "description": status.value},
        "pixCopyAndPaste": row["pix_copy_and_paste"] or None,
        "description": row["description"] or None,
        "userReference": row["user_reference"] or None,
        "payerRequest": row["payer_request"] or None,
        "additionalInformation": row["additional_information"],
        "debtor": {
            "name": row["debtor_name"] or None,
            "naturalPersonIdentification": document if is_cpf else None,
            "legalPersonIdentification": document if document and not is_cpf else None,
        }
        if has_debtor
        else None,
        "validateDebtor": row["validate_debtor"],
        "origin": row["origin"] or None,
        "expiration": limits.expiration(row["created_at"], row["expires_at"]),
        "calendar": {
            "creationDate": clock.text(row["created_at"]),
            "expirationDate": clock.text(row["expires_at"]),
        },
        "revision": row["revision"],
        "paymentDate": clock.text(row["paid_at"]) if row["paid_at"] else None,
        "updatedAt": clock.text(row["updated_at"]),
    }


def charge_shown(charge: Charge) -> dict[str, Any]:
    """A charge with its image left open: `body_with_image` fills it in, so that a stored answer does not hold it."""
    row = {name: getattr(charge, name) for name in CHARGE_COLUMNS}
    return {**charge_row(row, charge.current_status), "qrCodeBase64": None}


def body_with_image(body: bytes) -> bytes:
    """A stored answer with its image. Inside a text a quote is escaped, so the open place is found nowhere else."""
    code = orjson.loads(body)["pixCopyAndPaste"]
    return body.replace(OPEN_PLACE, b'"qrCodeBase64":"%s"' % png_base64(code).encode()) if code else body


def with_image(shown: dict[str, Any]) -> dict[str, Any]:
    code = shown["pixCopyAndPaste"]
    return {**shown, "qrCodeBase64": png_base64(code) if code else None}


def charge_in_full(charge: Charge) -> dict[str, Any]:
    return {
        **with_image(charge_shown(charge)),
        "payments": [payment_shown(payment) for payment in charge.payments.all()],
        "refunds": [
            refund_shown(refund, charge.txid, refund.payment.end_to_end_id)
            for refund in charge.refunds.select_related("payment")
        ],
    }


def payment_shown(payment: Payment) -> dict[str, Any]:
    return {
        "endToEndId": payment.end_to_end_id,
        "amount": payment.amount,
        "payer": payer_of(payment),
        "paymentDate": clock.text(payment.settled_at),
        "outcome": payment.outcome,
    }


def refund_shown(refund: Refund, txid: str, end_to_end_id: str) -> dict[str, Any]:
    return {
        "refundId": refund.refund_id,
        "txid": txid,
        "merchantRefundId": refund.merchant_refund_id,
        "amount": refund.amount,
        "status": refund.status,
        "statusReason": refund.status_reason or None,
        "nature": refund.nature,
        "endToEndId": end_to_end_id,
        "devolutionEndToEndId": refund.devolution_end_to_end_id or None,
        "description": refund.description or None,
        "createdAt": clock.text(refund.created_at),
        "completedAt": clock.text(refund.completed_at) if refund.completed_at else None,
    }
