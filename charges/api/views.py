"""The endpoints of API.md 6.1. A view reads the shape, one action decides, one function shows the result."""

from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from charges import queries
from charges.actions.charges import ChargeDraft, cancel_charge, change_charge, create_charge
from charges.actions.refunds import request_refund
from charges.api.conditions import charge_conditions, refund_conditions
from charges.api.serializers import (
    CHARGE_COLUMNS,
    ChargeBody,
    ChargeChangesBody,
    ChargeQuery,
    RefundBody,
    RefundQuery,
    charge_in_full,
    charge_row,
    charge_shown,
    refund_shown,
    with_image,
)
from charges.models import Charge, Refund
from charges.states import status_at
from core import clock
from core.api.formats import dumps, loads
from core.api.lists import page_of
from core.api.reading import read_body, read_query
from core.api.views import Endpoint

READ, WRITE = "charges.read", "charges.write"


class ChargeAnswers(Endpoint):
    """Answers with a charge. The image is made for each answer, also a repeated one, and never stored."""

    def restore(self, body: bytes) -> bytes:
        return dumps(with_image(loads(body)))


class Charges(ChargeAnswers):
    """`/v1/dynamic`"""

    scopes = {"GET": READ, "POST": WRITE}

    def post(self, request: Request) -> HttpResponseBase:
        draft = ChargeDraft(**read_body(ChargeBody, request))
        return self.once_in_steps(
            lambda claim: create_charge(actor=self.actor, draft=draft, claim=claim), charge_shown, status=201
        )

    def get(self, request: Request) -> Response:
        query = read_query(ChargeQuery, request, zone=self.actor.zone)
        moment = clock.now()
        rows = queries.charges_for(self.actor).filter(query["period"], charge_conditions(query, moment))
        date_field = ChargeQuery.date_fields[query.get("dateField", "CREATED")]
        envelope = page_of(rows.values(*CHARGE_COLUMNS), query, order=date_field)
        envelope["content"] = [
            charge_row(row, status_at(row["status"], row["expires_at"], moment)) for row in envelope["content"]
        ]
        return Response(envelope)


class OneCharge(ChargeAnswers):
    """`/v1/dynamic/{txid}`"""

    scopes = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    def get(self, request: Request, txid: str) -> Response:
        return Response(charge_in_full(queries.charge_of(self.actor, txid)))

    def patch(self, request: Request, txid: str) -> HttpResponseBase:
        changes = read_body(ChargeChangesBody, request)
        queries.charge_of(self.actor, txid)
        return self.once_in_steps(
            lambda claim: change_charge(actor=self.actor, txid=txid, changes=changes, claim=claim), charge_shown
        )

    def delete(self, request: Request, txid: str) -> HttpResponseBase:
        queries.charge_of(self.actor, txid)
        return self.once_in_steps(lambda claim: cancel_charge(actor=self.actor, txid=txid, claim=claim), charge_shown)


def shown(refund: Refund) -> dict[str, Any]:
    return refund_shown(refund, refund.charge.txid, refund.payment.end_to_end_id)


class Refunds(Endpoint):
    """`/v1/refunds`"""

    scopes = {"GET": READ, "POST": WRITE}

    def post(self, request: Request) -> HttpResponseBase:
        body = read_body(RefundBody, request)
        charge: Charge = queries.charge_of(self.actor, body["txid"])
        action = partial(
            request_refund,
            actor=self.actor,
            txid=charge.txid,
            amount=body["amount"],
            description=body.get("description") or "",
            end_to_end_id=body.get("endToEndId"),
            merchant_refund_id=body.get("merchantRefundId"),
        )
        return self.once(action, shown, status=201)

    def get(self, request: Request) -> Response:
        query = read_query(RefundQuery, request, zone=self.actor.zone)
        rows = queries.refunds_for(self.actor).filter(query["period"], refund_conditions(query))
        order = RefundQuery.date_fields[query.get("dateField", "CREATED")]
        envelope = page_of(rows.select_related("charge", "payment"), query, order=order)
        envelope["content"] = [shown(refund) for refund in envelope["content"]]
        return Response(envelope)


class OneRefund(Endpoint):
    """`/v1/refunds/{refundId}`"""

    scopes = {"GET": READ}

    def get(self, request: Request, refund_id: str) -> Response:
        return Response(shown(queries.refund_of(self.actor, refund_id)))
