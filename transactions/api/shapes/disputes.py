"""The answers about disputes (API.md 6.9) as the OpenAPI document shows them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown
from transactions.states import DisputeStatus, DisputeType


class EvidenceShown(Shown):
    text = TextShown(allow_null=True)
    name = TextShown(allow_null=True, help_text=_("Of a file"))
    contentType = TextShown(allow_null=True)
    size = NumberShown(allow_null=True, help_text=_("Bytes of a file"))
    sentAt = MomentShown()


class DisputeShown(Shown):
    disputeId = TextShown(example="dsp_k3v9w0x1y2z3a4b5c6d7e8f9g0h1")
    type = TextShown(names=tuple(DisputeType.values))
    status = TextShown(names=tuple(DisputeStatus.values))
    operationId = TextShown(help_text=_("What is disputed"))
    chargebackOperationId = TextShown(allow_null=True, help_text=_("The CHARGEBACK that was recorded for it"))
    orderId = TextShown()
    endToEndId = TextShown(allow_null=True)
    caseId = TextShown(allow_null=True, help_text=_("The card network's"))
    amount = Amount()
    excessAmount = Amount(help_text=_("What of it had been refunded already: contest it with the refund's proof"))
    reasonCode = TextShown(allow_null=True)
    deadline = MomentShown(help_text=_("Until then it can be answered"))
    openedAt = MomentShown()
    closedAt = MomentShown(allow_null=True)
    evidence = serializers.ListField(child=EvidenceShown())
