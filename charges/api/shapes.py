"""The answers of 6.1 as the OpenAPI document shows them; tests hold every answer to them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from charges.states import CHARGE_CODES, PaymentOutcome, RefundNature, RefundReason, RefundStatus
from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown


class ChargeStatusShown(Shown):
    code = TextShown(names=tuple(CHARGE_CODES.values()))
    description = TextShown(names=tuple(name.value for name in CHARGE_CODES))


class CalendarShown(Shown):
    creationDate = MomentShown()
    expirationDate = MomentShown()


class InformationShown(Shown):
    name = TextShown()
    value = TextShown()


class DebtorShown(Shown):
    name = TextShown(allow_null=True)
    naturalPersonIdentification = TextShown(form="cpf", allow_null=True)
    legalPersonIdentification = TextShown(form="cnpj", allow_null=True)


class ChargeListedShown(Shown):
    txid = TextShown(example="astra202611k3v9w0x1y2z3a4b5c6d7")
    amount = Amount()
    status = ChargeStatusShown()
    pixCopyAndPaste = TextShown(allow_null=True, help_text=_("Null until the Pix network has confirmed the charge"))
    description = TextShown(allow_null=True)
    userReference = TextShown(allow_null=True)
    payerRequest = TextShown(allow_null=True)
    additionalInformation = serializers.ListField(child=InformationShown())
    debtor = DebtorShown(allow_null=True)
    validateDebtor = serializers.BooleanField()
    origin = TextShown(allow_null=True)
    expiration = NumberShown(help_text=_("Seconds from creation to the end"))
    calendar = CalendarShown()
    revision = NumberShown(help_text=_("Rises by 1 with each PATCH"))
    paymentDate = MomentShown(allow_null=True)
    updatedAt = MomentShown()


class ChargeShown(ChargeListedShown):
    qrCodeBase64 = TextShown(form="byte", allow_null=True, help_text=_("A PNG of the code"))


class PayerShown(Shown):
    documentNumber = TextShown(allow_null=True)
    name = TextShown(allow_null=True)


class PaymentShown(Shown):
    endToEndId = TextShown()
    amount = Amount()
    payer = PayerShown()
    paymentDate = MomentShown()
    outcome = TextShown(
        names=tuple(PaymentOutcome.values), help_text=_("Only an ACCEPTED Pix pays the charge; others are returned")
    )


class RefundShown(Shown):
    refundId = TextShown()
    txid = TextShown()
    merchantRefundId = TextShown(allow_null=True)
    amount = Amount()
    status = TextShown(names=tuple(RefundStatus.values))
    statusReason = TextShown(names=tuple(RefundReason.values), allow_null=True)
    nature = TextShown(names=tuple(RefundNature.values))
    endToEndId = TextShown(help_text=_("Of the Pix that is returned"))
    devolutionEndToEndId = TextShown(allow_null=True)
    description = TextShown(allow_null=True)
    createdAt = MomentShown()
    completedAt = MomentShown(allow_null=True)


class ChargeInFullShown(ChargeShown):
    payments = serializers.ListField(child=PaymentShown())
    refunds = serializers.ListField(child=RefundShown())


class StaticCodeShown(Shown):
    pixCopyAndPaste = TextShown()
    qrCodeBase64 = TextShown(form="byte")
    keyPix = TextShown()
    keyType = TextShown(names=("CPF", "CNPJ", "PHONE", "EMAIL", "EVP"))
    merchantName = TextShown()
    merchantCity = TextShown()
    amount = Amount(allow_null=True)
    txid = TextShown(help_text=_("*** when none was given"))
    additionalInformation = TextShown(allow_null=True)


class DecodedCodeShown(Shown):
    kind = TextShown()
    pointOfInitiation = TextShown(allow_null=True)
    keyPix = TextShown(allow_null=True)
    merchantName = TextShown(allow_null=True)
    merchantCity = TextShown(allow_null=True)
    postalCode = TextShown(allow_null=True)
    merchantCategory = TextShown(allow_null=True)
    currency = TextShown(allow_null=True)
    country = TextShown(allow_null=True)
    amount = Amount(allow_null=True)
    txid = TextShown(allow_null=True)
    additionalInformation = TextShown(allow_null=True)
    withdrawalProvider = TextShown(allow_null=True)
    location = TextShown(allow_null=True)
    recurrenceLocation = TextShown(allow_null=True)
    crc = TextShown()
    warnings = serializers.ListField(child=TextShown(), help_text=_("What a strict reader would not accept"))
    fields = serializers.DictField(  # type: ignore[assignment]
        help_text=_("The whole tree of fields by their two digits")
    )
