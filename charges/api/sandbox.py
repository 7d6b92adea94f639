"""The sandbox calls of charges and refunds (API.md 8): 202, also where nothing can change any more."""

from collections.abc import Callable
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework.request import Request
from rest_framework.response import Response

from charges.actions import sandbox
from charges.api.serializers import PayBody
from charges.api.shapes import AcceptedShown
from core.api.fields import Nothing
from core.api.operations import Operation, Shape
from core.api.views import Endpoint


def trigger(summary: StrOrPromise, *, body: Shape = Nothing) -> dict[str, Operation]:
    operation = Operation(
        summary,
        scope="charges.write",
        body=body,
        answer=AcceptedShown,
        status=202,
        description=_("Sandbox only: in production this address does not exist. 202 also when nothing can change."),
    )
    return {"POST": operation}


class SandboxCall(Endpoint):
    keyed = False
    action: ClassVar[Callable[..., None]]

    def post(self, request: Request, **ids: str) -> Response:
        type(self).action(actor=self.actor, **ids)
        return Response({"accepted": True}, status=202)


class PayCharge(Endpoint):
    operations = trigger(_("Let a Pix arrive"), body=PayBody)
    keyed = False

    def post(self, request: Request, txid: str) -> Response:
        payer = self.body.get("payer") or {}
        sandbox.pay_charge(
            actor=self.actor,
            txid=txid,
            amount=self.body.get("amount"),
            payer_document=payer.get("document") or "",
            payer_name=payer.get("name") or "",
        )
        return Response({"accepted": True}, status=202)


class ExpireCharge(SandboxCall):
    operations = trigger(_("Let a charge expire"))
    action = staticmethod(sandbox.expire_charge)


class CompleteRefund(SandboxCall):
    operations = trigger(_("Let a refund complete"))
    action = staticmethod(sandbox.complete_refund)


class FailRefund(SandboxCall):
    operations = trigger(_("Let a refund fail"))
    action = staticmethod(sandbox.fail_refund)
