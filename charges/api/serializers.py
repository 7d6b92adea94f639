"""Shapes of 6.1: what a request may look like, and how a charge and a refund are shown."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from charges import limits
from charges.messages import payer_of
from charges.models import Charge, Payment, Refund
from charges.qr import png_base64
from charges.states import CHARGE_CODES, ChargeStatus, RefundReason, RefundStatus
from core import clock, documents
from core.api.fields import Document, Flag, Money, StrictSerializer, Text, Whole
from core.api.lists import ListQuery
from core.documents import DocumentType
from core.errors import Violation

ORIGINS = ("PAYMENT_LINK",)


class Information(StrictSerializer):
    name = Text(max_length=limits.INFORMATION_NAME)
    value = Text(max_length=limits.INFORMATION_VALUE)


def one_document(attrs: dict[str, Any]) -> None:
    if attrs.get("naturalPersonIdentification") and attrs.get("legalPersonIdentification"):
        raise serializers.ValidationError(
            {"naturalPersonIdentification": [_("must not be sent together with legalPersonIdentification")]}
        )


class Debtor(StrictSerializer):
    name = Text(max_length=limits.DEBTOR_NAME, required=False, allow_null=True)
    naturalPersonIdentification = Document(kind=DocumentType.CPF, required=False, allow_null=True)
    legalPersonIdentification = Document(kind=DocumentType.CNPJ, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        one_document(attrs)
        return attrs


class ChargeChangesBody(StrictSerializer):
    """PATCH: what is absent stays, null clears what may be empty."""

    amount = Money(required=False)
    expiration = Whole(
        smallest=limits.SHORTEST_EXPIRATION, largest=limits.LONGEST_EXPIRATION, required=False, allow_null=True
    )
    description = Text(max_length=limits.DESCRIPTION, required=False, allow_null=True)
    userReference = Text(max_length=limits.USER_REFERENCE, required=False, allow_null=True)
    payerRequest = Text(max_length=limits.PAYER_REQUEST, required=False, allow_null=True)
    additionalInformation = serializers.ListField(
        child=Information(), max_length=limits.INFORMATION_ITEMS, required=False, allow_null=True
    )
    debtor = Debtor(required=False, allow_null=True)
    validateDebtor = Flag(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Gives the fields of a draft. Whether the changed charge has the document it needs is the action's to say."""
        draft: dict[str, Any] = {name: attrs[name] for name in ("amount", "expiration") if name in attrs}
        for name, field in (
            ("description", "description"),
            ("userReference", "user_reference"),
            ("payerRequest", "payer_request"),
        ):
            if name in attrs:
                draft[field] = attrs[name] or ""
        if "validateDebtor" in attrs:
            draft["validate_debtor"] = attrs["validateDebtor"]
        if "additionalInformation" in attrs:
            draft["additional_information"] = [dict(item) for item in attrs["additionalInformation"] or []]
        if "debtor" in attrs:
            debtor = attrs["debtor"] or {}
            cpf, cnpj = debtor.get("naturalPersonIdentification"), debtor.get("legalPersonIdentification")
            draft["debtor_name"] = debtor.get("name") or ""
            draft["debtor_document"] = cpf or cnpj or ""
        return draft


class ChargeBody(ChargeChangesBody):
    """POST: the amount is required, and `validateDebtor` needs a document."""

    amount = Money()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        draft = super().validate(attrs)
        if draft.get("validate_debtor") and not draft.get("debtor_document"):
            raise serializers.ValidationError(
                {
                    "debtor.naturalPersonIdentification": [
                        _("is required when validateDebtor is true and no CNPJ is given")
                    ]
                }
            )
        return draft


class RefundBody(StrictSerializer):
    txid = Text(max_length=35)
    amount = Money()
    description = Text(max_length=limits.REFUND_DESCRIPTION, required=False, allow_null=True)
    endToEndId = Text(max_length=32, form=r"[A-Za-z0-9]{32}", required=False, allow_null=True)
    merchantRefundId = Text(max_length=35, form=limits.MERCHANT_REFUND_ID, required=False, allow_null=True)


class ChargeQuery(ListQuery):
    exact = ("txid",)
    date_fields = {"CREATED": "created_at", "PAID": "paid_at", "UPDATED": "updated_at"}

    txid = Text(required=False, max_length=35)
    status = Text(required=False, max_length=20)
    naturalPersonIdentification = Document(kind=DocumentType.CPF, required=False)
    legalPersonIdentification = Document(kind=DocumentType.CNPJ, required=False)
    userReference = Text(required=False, max_length=limits.USER_REFERENCE)
    origin = Text(required=False, max_length=20)

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        yield from super().violations(attrs)
        if attrs.get("status"):
            attrs["status"] = attrs["status"].replace("_", " ")
            if attrs["status"] not in CHARGE_CODES:
                yield Violation("status", _("must be one of %(names)s") % {"names": ", ".join(CHARGE_CODES)})
        if attrs.get("origin") and attrs["origin"] not in ORIGINS:
            yield Violation("origin", _("must be one of %(names)s") % {"names": ", ".join(ORIGINS)})
        if attrs.get("naturalPersonIdentification") and attrs.get("legalPersonIdentification"):
            yield Violation(
                "naturalPersonIdentification", _("must not be sent together with legalPersonIdentification")
            )


class RefundQuery(ListQuery):
    exact = ("txid", "endToEndId")

    txid = Text(required=False, max_length=35)
    endToEndId = Text(required=False, max_length=32)
    status = Text(required=False, max_length=10)
    statusReason = Text(required=False, max_length=5)

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        yield from super().violations(attrs)
        for name, known in (("status", RefundStatus.values), ("statusReason", RefundReason.values)):
            if attrs.get(name) and attrs[name] not in known:
                yield Violation(name, _("must be one of %(names)s") % {"names": ", ".join(known)})


# What is shown -------------------------------------------------------------------------------------------------------

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
        "calendar": {
            "creationDate": clock.text(row["created_at"]),
            "expirationDate": clock.text(row["expires_at"]),
        },
        "revision": row["revision"],
        "paymentDate": clock.text(row["paid_at"]) if row["paid_at"] else None,
        "updatedAt": clock.text(row["updated_at"]),
    }


def charge_shown(charge: Charge) -> dict[str, Any]:
    """A charge with its image left open: `with_image` fills it in, so that a stored answer does not hold it."""
    row = {name: getattr(charge, name) for name in CHARGE_COLUMNS}
    return {**charge_row(row, charge.current_status), "qrCodeBase64": None}


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
