"""The answers about kept cards and their contracts (API.md 6.6 and 6.7) as the OpenAPI document shows them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import MomentShown, Shown, TextShown
from transactions.states import ContractStatus


class ConsentShown(Shown):
    at = MomentShown()
    ip = TextShown(allow_null=True)
    byHolder = serializers.BooleanField(help_text=_("false: the merchant stated that it holds the consent"))


class KeptCardShown(Shown):
    token = TextShown(allow_null=True, help_text=_("null once it was deleted"))
    contractId = TextShown(example="ctr_k3v9w0x1y2z3a4b5c6d7e8f9g0h1")
    customerId = TextShown()
    status = TextShown(names=(ContractStatus.ACTIVE.value, ContractStatus.INACTIVE.value))
    brand = TextShown()
    last4 = TextShown()
    holderName = TextShown(allow_null=True)
    expirationDate = TextShown(allow_null=True, help_text=_("yyyy-MM"), example="2031-12")
    customerConsent = ConsentShown()
    createdAt = MomentShown()
    endedAt = MomentShown(allow_null=True)


class ContractsOfCustomerShown(Shown):
    customerId = TextShown()
    contracts = serializers.ListField(child=KeptCardShown())


class DeactivationShown(Shown):
    contractId = TextShown()
    status = TextShown(names=(ContractStatus.INACTIVE.value,))
