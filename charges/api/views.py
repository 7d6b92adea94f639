"""Charges and refunds (API.md 6.1). A view reads the shape, one action decides, one function shows the result."""

from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from charges import errors, queries
from charges.actions.charges import ChargeDraft, cancel_charge, change_charge, create_charge
from charges.actions.refunds import request_refund
from charges.api import shapes
from charges.api.conditions import charge_conditions, refund_conditions
from charges.api.serializers import ChargeBody, ChargeChangesBody, ChargeQuery, RefundBody, RefundQuery
from charges.api.shown import CHARGE_ROWS, body_with_image, charge_in_full, charge_row, charge_shown, refund_shown
from charges.models import Refund
from charges.states import status_at
from core import clock
from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from core.errors import Unavailable

READ, WRITE = "charges.read", "charges.write"
CHANGE_ERRORS = (errors.ChargeNotOpen, errors.ChargeAlreadyPaid, errors.ChargeRefused, Unavailable)


class ChargeAnswers(Endpoint):
    """Answers with a charge. The image is made for each answer, also a repeated one, and never stored."""

    def restore(self, body: bytes) -> bytes:
        return body_with_image(body)


class Charges(ChargeAnswers):
    """`/v1/dynamic`"""

    operations = {
        "GET": Operation(_("List charges"), scope=READ, query=ChargeQuery, answer=list_of(shapes.ChargeListedShown)),
        "POST": Operation(
            _("Create a charge"),
            scope=WRITE,
            body=ChargeBody,
            answer=shapes.ChargeShown,
            status=201,
            errors=(
                errors.ReceivingKeyMissing,
                errors.ChargeAboveLimit,
                errors.ChargeRefused,
                Unavailable,
            ),
            description=_(
                "The Pix network is asked inside the request. When its answer stays out for ten seconds the charge is "
                "CREATED, without a code, and becomes ACTIVE or CANCELLED by itself: read it again. 400 also when "
                "validateDebtor is true without a CPF or CNPJ, or both documents are sent."
            ),
            example={
                "amount": 150.00,
                "expiration": 3600,
                "description": "Pedido 1042",
                "userReference": "pedido-1042",
                "debtor": {"name": "Marina Exemplo", "naturalPersonIdentification": "123.456.789-09"},
            },
        ),
    }

    def post(self, request: Request) -> HttpResponseBase:
        draft = ChargeDraft(**self.body)
        return self.once_in_steps(lambda claim: create_charge(actor=self.actor, draft=draft, claim=claim), charge_shown)

    def get(self, request: Request) -> Response:
        moment = clock.now()
        conditions = self.query["period"], charge_conditions(self.query, moment)
        wanted = queries.seen_by(self.actor, CHARGE_ROWS, *conditions)
        order = ChargeQuery.date_fields[self.query["dateField"]]
        envelope = page_of(wanted, self.query, order=order)
        envelope["content"] = [
            charge_row(row, status_at(row["status"], row["expires_at"], moment)) for row in envelope["content"]
        ]
        return Response(envelope)


class OneCharge(ChargeAnswers):
    """`/v1/dynamic/{txid}`"""

    operations = {
        "GET": Operation(_("Read a charge"), scope=READ, answer=shapes.ChargeInFullShown),
        "PATCH": Operation(
            _("Change a charge"),
            scope=WRITE,
            body=ChargeChangesBody,
            answer=shapes.ChargeShown,
            errors=(*CHANGE_ERRORS, errors.EndAlreadyPassed, errors.DebtorDocumentMissing, errors.ChargeAboveLimit),
            description=_(
                "Only while it is ACTIVE and not expired. What is absent stays; null clears what may be empty; an "
                "empty object is 400. The code stays the same. expiration counts from the creation of the charge."
            ),
            example={"amount": 120.00, "description": "Pedido 1042, com desconto"},
        ),
        "DELETE": Operation(
            _("Delete a charge"),
            scope=WRITE,
            answer=shapes.ChargeShown,
            errors=CHANGE_ERRORS,
            description=_("Only while it is ACTIVE and not expired. It becomes CANCELLED and can still be read."),
        ),
    }

    def get(self, request: Request, txid: str) -> Response:
        return Response(charge_in_full(queries.charge_of(self.actor, txid)))

    def patch(self, request: Request, txid: str) -> HttpResponseBase:
        queries.charge_of(self.actor, txid)
        return self.once_in_steps(
            lambda claim: change_charge(actor=self.actor, txid=txid, changes=self.body, claim=claim), charge_shown
        )

    def delete(self, request: Request, txid: str) -> HttpResponseBase:
        queries.charge_of(self.actor, txid)
        return self.once_in_steps(lambda claim: cancel_charge(actor=self.actor, txid=txid, claim=claim), charge_shown)


def shown(refund: Refund) -> dict[str, Any]:
    return refund_shown(refund, refund.charge.txid, refund.payment.end_to_end_id)


class Refunds(Endpoint):
    """`/v1/refunds`"""

    operations = {
        "GET": Operation(_("List refunds"), scope=READ, query=RefundQuery, answer=list_of(shapes.RefundShown)),
        "POST": Operation(
            _("Refund a Pix"),
            scope=WRITE,
            body=RefundBody,
            answer=shapes.RefundShown,
            status=201,
            errors=(
                errors.ChargeNotPaid,
                errors.PixNotOfThisCharge,
                errors.RefundWindowClosed,
                errors.RefundExceedsRemaining,
                errors.MerchantRefundIdUsed,
            ),
            description=_(
                "Returns the Pix that paid the charge, or another of its Pix named by endToEndId, in whole or in part, "
                "within 90 days. The amount is held at once and the answer says PROCESSING; the outcome comes as a "
                "webhook."
            ),
            example={"txid": "astra202611k3v9w0x1y2z3a4b5c6d7", "amount": 50.00, "description": "Item em falta"},
        ),
    }

    def post(self, request: Request) -> HttpResponseBase:
        charge = queries.charge_of(self.actor, self.body["txid"])
        action = partial(
            request_refund,
            actor=self.actor,
            txid=charge.txid,
            amount=self.body["amount"],
            description=self.body.get("description") or "",
            end_to_end_id=self.body.get("endToEndId"),
            merchant_refund_id=self.body.get("merchantRefundId"),
        )
        return self.once(action, shown)

    def get(self, request: Request) -> Response:
        rows = queries.refunds_for(self.actor).filter(self.query["period"], refund_conditions(self.query))
        order = RefundQuery.date_fields[self.query["dateField"]]
        envelope = page_of(rows.select_related("charge", "payment"), self.query, order=order)
        envelope["content"] = [shown(refund) for refund in envelope["content"]]
        return Response(envelope)


class OneRefund(Endpoint):
    """`/v1/refunds/{refundId}`"""

    operations = {"GET": Operation(_("Read a refund"), scope=READ, answer=shapes.RefundShown)}

    def get(self, request: Request, refund_id: str) -> Response:
        return Response(shown(queries.refund_of(self.actor, refund_id)))
