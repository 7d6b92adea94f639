"""The answers about orders and operations (API.md 6.7) as the OpenAPI document shows them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import Amount, MomentShown, Shown, TextShown
from transactions.states import Action, OperationChannel, OperationResult, OperationType, PaymentMethod


class OperationShown(Shown):
    operationId = TextShown(example="5f0c2e0a-1f0e-4b52-9d6c-7a3f6f1c9b21")
    orderId = TextShown()
    parentOperationId = TextShown(allow_null=True, help_text=_("What it refers to; null begins a payment"))
    operationType = TextShown(names=tuple(OperationType.values))
    operationResult = TextShown(names=tuple(OperationResult.values))
    operationTime = MomentShown()
    channel = TextShown(names=tuple(OperationChannel.values))
    paymentMethod = TextShown(names=tuple(PaymentMethod.values))
    paymentCircuit = TextShown(allow_null=True, help_text=_("The card's brand, or PIX"))
    paymentInstrumentInfo = TextShown(allow_null=True, help_text=_("The card's last four digits, masked"))
    endToEndId = TextShown(allow_null=True)
    amount = Amount()
    currency = TextShown(names=("BRL",))
    usage = TextShown(allow_null=True)
    merchantTransactionId = TextShown(allow_null=True)
    memo = TextShown(allow_null=True)
    returnCode = TextShown(allow_null=True, help_text=_("The acquirer's code; of a Pix the SPI's"))
    returnMessage = TextShown(allow_null=True)
    additionalData = serializers.DictField(
        help_text=_("Of a card: nsu, authorizationCode, customerConsent, as far as there are")
    )


class CustomerShown(Shown):
    name = TextShown(allow_null=True)
    document = TextShown(allow_null=True)
    email = TextShown(allow_null=True)


class OrderShown(Shown):
    orderId = TextShown()
    amount = Amount(help_text=_("What was ordered"))
    currency = TextShown(names=("BRL",))
    paymentMethod = TextShown(names=tuple(PaymentMethod.values))
    channel = TextShown(names=tuple(OperationChannel.values))
    description = TextShown(allow_null=True)
    userReference = TextShown(allow_null=True)
    customer = CustomerShown(allow_null=True)
    authorizedAmount = Amount(help_text=_("Sums over the payments of the order, without what was voided as a whole"))
    capturedAmount = Amount()
    refundedAmount = Amount()
    chargedBackAmount = Amount()
    lastOperationType = TextShown(names=tuple(OperationType.values), allow_null=True)
    lastOperationTime = MomentShown(allow_null=True)
    operations = serializers.ListField(child=OperationShown(), help_text=_("A tree by parentOperationId, oldest first"))
    links = serializers.ListField(child=TextShown(), help_text=_("The payment links that belong to it"))
    createdAt = MomentShown()
    updatedAt = MomentShown()


class ActionShown(Shown):
    action = TextShown(names=tuple(Action.values))
    minAmount = Amount()
    maxAmount = Amount()
    currency = TextShown(names=("BRL",))


class ActionsShown(Shown):
    actions = serializers.ListField(child=ActionShown())
