"""The answers about cards (API.md 6.6) as the OpenAPI document shows them; tests hold every answer to them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown
from transactions.api.shapes.orders import CustomerShown, OperationShown
from transactions.states import (
    CardFlag,
    CardStatus,
    CardType,
    OperationResult,
    OperationType,
    PaymentType,
    ReceivableStatus,
)


class PercentageShown(serializers.Field[Any, Any, Any, Any]):
    """A number of percent with two decimals."""

    def openapi(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0, "maximum": 100, "example": 2.99}


class DayShown(serializers.Field[Any, Any, Any, Any]):
    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "example": "2026-12-20"}


class ShownCard(Shown):
    brand = TextShown()
    last4 = TextShown()
    holderName = TextShown()


class InstallmentShown(Shown):
    number = NumberShown()
    amount = Amount(help_text=_("Below zero: a debit, for what was refunded after it had been paid"))
    feePercentage = PercentageShown(help_text=_("The MDR"))
    netAmount = Amount(help_text=_("What is or was paid, after refunds and fees"))
    paymentDate = DayShown()
    status = TextShown(names=tuple(ReceivableStatus.values))


class CardTransactionShown(Shown):
    transactionId = TextShown(
        example="5f0c2e0a-1f0e-4b52-9d6c-7a3f6f1c9b21", help_text=_("The operationId of the payment's first operation")
    )
    orderId = TextShown()
    status = TextShown(names=tuple(CardStatus.values))
    authorizationOnly = serializers.BooleanField(help_text=_("Approved, and nothing captured"))
    amount = Amount()
    capturedAmount = Amount()
    refundedAmount = Amount()
    chargedBackAmount = Amount()
    flags = serializers.ListField(child=TextShown(names=tuple(CardFlag.values)))
    type = TextShown(names=tuple(CardType.values))
    paymentType = TextShown(names=tuple(PaymentType.values))
    numberInstallments = NumberShown()
    nsu = TextShown(allow_null=True)
    authorizationCode = TextShown(allow_null=True)
    returnCode = TextShown(allow_null=True, help_text=_("The acquirer's code; null until it has spoken"))
    returnMessage = TextShown(allow_null=True)
    abecsReason = TextShown(allow_null=True, help_text=_("What the code means, whatever the brand"))
    retryAllowed = serializers.BooleanField(
        allow_null=True, help_text=_("Whether the same card may be tried again after this code")
    )
    card = ShownCard()
    token = TextShown(allow_null=True, help_text=_("Of a kept card"))
    contractId = TextShown(allow_null=True, help_text=_("Of a kept card"))
    customer = CustomerShown(allow_null=True)
    softDescriptor = TextShown(allow_null=True)
    description = TextShown(allow_null=True)
    userReference = TextShown(allow_null=True)
    installments = serializers.ListField(child=InstallmentShown(), help_text=_("Of what was captured"))
    operations = serializers.ListField(child=OperationShown(), help_text=_("A tree by parentOperationId, oldest first"))
    createdAt = MomentShown()
    updatedAt = MomentShown()


class ChangedCardTransactionShown(CardTransactionShown):
    operationId = TextShown(help_text=_("Of the operation that this call made"))
    operationType = TextShown(names=tuple(OperationType.values))
    operationResult = TextShown(names=tuple(OperationResult.values))
