"""The sandbox calls of charges and refunds (API.md 8): 202, also where nothing can change any more."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from charges import limits
from charges.actions import sandbox
from core import documents
from core.api.fields import Money, StrictSerializer, Text
from core.api.reading import read_body
from core.api.views import Endpoint
from core.errors import InvalidParameters, Violation


class Payer(StrictSerializer):
    document = Text(max_length=20, required=False, allow_null=True)
    name = Text(max_length=limits.DEBTOR_NAME, required=False, allow_null=True)


class PayBody(StrictSerializer):
    payer = Payer(required=False, allow_null=True)
    amount = Money(required=False)


class SandboxCall(Endpoint):
    scopes = {"POST": "charges.write"}
    keyed = False
    body: type[Serializer[Any]] = StrictSerializer

    def post(self, request: Request, **ids: str) -> Response:
        self.run(read_body(self.body, request), **ids)
        return Response({"accepted": True}, status=202)

    def run(self, body: dict[str, Any], **ids: str) -> None:
        raise NotImplementedError


class PayCharge(SandboxCall):
    body = PayBody

    def run(self, body: dict[str, Any], **ids: str) -> None:
        payer = body.get("payer") or {}
        document = payer.get("document") or ""
        if document and not (documents.is_cpf(document) or documents.is_cnpj(document)):
            raise InvalidParameters(Violation("payer.document", "must be a CPF or a CNPJ with right check digits"))
        sandbox.pay_charge(
            actor=self.actor,
            amount=body.get("amount"),
            payer_document=documents.bare(document),
            payer_name=payer.get("name") or "",
            **ids,
        )


class ExpireCharge(SandboxCall):
    def run(self, body: dict[str, Any], **ids: str) -> None:
        sandbox.expire_charge(actor=self.actor, **ids)


class CompleteRefund(SandboxCall):
    def run(self, body: dict[str, Any], **ids: str) -> None:
        sandbox.complete_refund(actor=self.actor, **ids)


class FailRefund(SandboxCall):
    def run(self, body: dict[str, Any], **ids: str) -> None:
        sandbox.fail_refund(actor=self.actor, **ids)
