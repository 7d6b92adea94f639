"""What a request of 6.1 may look like. What depends on our data is the action's to say."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from charges import limits
from charges.states import CHARGE_CODES, RefundReason, RefundStatus
from core.api.fields import Choice, Document, Flag, Items, Money, StrictSerializer, Text, Verbatim, Whole
from core.api.lists import ListQuery
from core.documents import DocumentType
from core.errors import Violation

ORIGINS = ("PAYMENT_LINK",)
NOT_TOGETHER = _("must not be sent together with legalPersonIdentification")
NEEDS_A_DOCUMENT = _("is required when validateDebtor is true and no CNPJ is given")


class Information(StrictSerializer):
    name = Text(max_length=limits.INFORMATION_NAME)
    value = Text(max_length=limits.INFORMATION_VALUE)


class Debtor(StrictSerializer):
    about = _("Nobody, a name alone, or a person or company. A name without a document is not sent to the Pix network.")

    name = Text(max_length=limits.DEBTOR_NAME, required=False, allow_null=True)
    naturalPersonIdentification = Document(
        kind=DocumentType.CPF, required=False, allow_null=True, help_text=_("Not together with the CNPJ")
    )
    legalPersonIdentification = Document(
        kind=DocumentType.CNPJ, required=False, allow_null=True, help_text=_("Not together with the CPF")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("naturalPersonIdentification") and attrs.get("legalPersonIdentification"):
            raise serializers.ValidationError({"naturalPersonIdentification": [NOT_TOGETHER]})
        return attrs


class ChargeFields(StrictSerializer):
    """What POST and PATCH share: the fields of a request become those of a draft."""

    amount = Money(required=False)
    expiration = Whole(
        smallest=limits.SHORTEST_EXPIRATION,
        largest=limits.LONGEST_EXPIRATION,
        required=False,
        allow_null=True,
        help_text=_("Seconds from creation; the client's setting when absent"),
    )
    description = Text(max_length=limits.DESCRIPTION, required=False, allow_null=True)
    userReference = Text(
        max_length=limits.USER_REFERENCE, required=False, allow_null=True, help_text=_("Your own text, echoed back")
    )
    payerRequest = Text(
        max_length=limits.PAYER_REQUEST, required=False, allow_null=True, help_text=_("What the payer's bank shows")
    )
    additionalInformation = Items(
        child=Information(), max_length=limits.INFORMATION_ITEMS, required=False, allow_null=True
    )
    debtor = Debtor(required=False, allow_null=True)
    validateDebtor = Flag(required=False, help_text=_("Only the debtor may pay; needs a CPF or a CNPJ"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
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

    def refuse_unknown_payer(self, draft: dict[str, Any]) -> None:
        if draft.get("validate_debtor") and not draft.get("debtor_document"):
            raise serializers.ValidationError({"debtor.naturalPersonIdentification": [NEEDS_A_DOCUMENT]})


class ChargeBody(ChargeFields):
    amount = Money()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        draft = super().validate(attrs)
        self.refuse_unknown_payer(draft)
        return draft


class ChargeChangesBody(ChargeFields):
    about = _("What is absent stays, null clears what may be empty. At least one field.")

    fewest_fields = 1

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        draft = super().validate(attrs)
        if len(attrs) < self.fewest_fields:
            raise serializers.ValidationError({self.own_key: [_("must hold at least one field")]})
        # Without a debtor in the request, the charge's own may have the document: the action knows.
        if "debtor" in attrs:
            self.refuse_unknown_payer(draft)
        return draft


class RefundBody(StrictSerializer):
    txid = Text(max_length=35, help_text=_("Of the charge"))
    amount = Money()
    description = Text(max_length=limits.REFUND_DESCRIPTION, required=False, allow_null=True)
    endToEndId = Text(
        form=r"[A-Za-z0-9]{32}",
        required=False,
        allow_null=True,
        help_text=_("Of another Pix of this charge than the one that paid it"),
    )
    merchantRefundId = Text(
        form=limits.MERCHANT_REFUND_ID, required=False, allow_null=True, help_text=_("Your own id; never used twice")
    )


class StatusChoice(Choice):
    """`PARTIALLY REFUNDED` also with an underscore."""

    def known(self, value: str) -> str:
        return value.replace("_", " ")


class ChargeQuery(ListQuery):
    exact = ("txid",)
    date_fields = {"CREATED": "created_at", "PAID": "paid_at", "UPDATED": "updated_at"}

    dateField = Choice(("CREATED", "PAID", "UPDATED"), required=False, help_text=_("CREATED when absent"))
    txid = Text(required=False, max_length=35, help_text=_("Makes the dates unnecessary"))
    status = StatusChoice(tuple(name.value for name in CHARGE_CODES), required=False)
    naturalPersonIdentification = Document(
        kind=DocumentType.CPF, required=False, help_text=_("Of the debtor; not together with the CNPJ")
    )
    legalPersonIdentification = Document(
        kind=DocumentType.CNPJ, required=False, help_text=_("Of the debtor; not together with the CPF")
    )
    userReference = Text(required=False, max_length=limits.USER_REFERENCE)
    origin = Choice(
        ORIGINS, required=False, help_text=_("Charges made for a payment link are listed only when asked for")
    )

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        yield from super().violations(attrs)
        if attrs.get("naturalPersonIdentification") and attrs.get("legalPersonIdentification"):
            yield Violation("naturalPersonIdentification", NOT_TOGETHER)


class RefundQuery(ListQuery):
    exact = ("txid", "endToEndId")

    txid = Text(required=False, max_length=35, help_text=_("Makes the dates unnecessary"))
    endToEndId = Text(required=False, max_length=32, help_text=_("Of the Pix; makes the dates unnecessary"))
    status = Choice(tuple(RefundStatus.values), required=False)
    statusReason = Choice(tuple(RefundReason.values), required=False)


class EncodeBody(StrictSerializer):
    keyPix = Text(max_length=90, help_text=_("Any Pix key. Eleven digits are a CPF; a phone needs +55"))
    merchantName = Text(max_length=200, help_text=_("At most 25 characters after accents are removed"))
    merchantCity = Text(max_length=200, help_text=_("At most 15 characters after accents are removed"))
    amount = Money(required=False, allow_null=True, help_text=_("Absent: the payer types it"))
    txid = Text(
        max_length=60,
        form=r"[A-Za-z0-9-]*[A-Za-z0-9][A-Za-z0-9-]*",
        required=False,
        allow_null=True,
        help_text=_("At most 25 letters and digits; hyphens are left out"),
    )
    additionalInformation = Text(
        max_length=200, required=False, allow_null=True, help_text=_("At most min(72, 73 − length of the key)")
    )


class DecodeBody(StrictSerializer):
    copyPast = Verbatim(help_text=_("The text of the code"))


class Payer(StrictSerializer):
    document = Document(required=False, allow_null=True)
    name = Text(max_length=limits.DEBTOR_NAME, required=False, allow_null=True)


class PayBody(StrictSerializer):
    about = _("Who pays, and how much: the debtor and the charge's amount when absent.")

    payer = Payer(required=False, allow_null=True)
    amount = Money(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        payer = attrs.get("payer") or {}
        return {
            "amount": attrs.get("amount"),
            "payer_document": payer.get("document") or "",
            "payer_name": payer.get("name") or "",
        }


class MedBody(StrictSerializer):
    endToEndId = Text(form=r"[A-Za-z0-9]{32}", help_text=_("Of a Pix that you received"))
    kind = Choice(("FRAUDE", "OPERACIONAL", "PIX_AUTOMATICO"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"end_to_end_id": attrs["endToEndId"], "kind": attrs["kind"]}
