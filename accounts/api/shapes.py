"""Answers about the caller itself (API.md 6.8)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.permissions import SCOPES
from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown


class ClientShown(Shown):
    id = TextShown()
    legalName = TextShown()
    tradeName = TextShown()
    document = TextShown(form="cnpj")
    timeZone = TextShown(example="America/Sao_Paulo")


class LimitsShown(Shown):
    requestsPerMinute = NumberShown()
    largestCharge = Amount()
    defaultExpiration = NumberShown(help_text=_("Seconds, for a charge that names none"))


class MeShown(Shown):
    client = ClientShown()
    environment = TextShown(names=("sandbox", "production"))
    scopes = serializers.ListField(child=TextShown(names=SCOPES))
    expiry = MomentShown(help_text=_("Of the token"))
    limits = LimitsShown()


class OutcomeShown(Shown):
    outcome = TextShown(names=("FINISHED", "RUNNING", "NOT_FOUND"))
    method = TextShown(names=("POST", "PUT", "PATCH", "DELETE"), required=False)
    path = TextShown(required=False, example="/v1/dynamic")
    httpStatus = NumberShown(required=False)
    body = serializers.JSONField(required=False, help_text=_("Null when the call answers without a body"))
