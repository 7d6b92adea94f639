"""Disputes (API.md 6.9)."""

from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from core.errors import NotFound
from transactions import errors, models
from transactions.actions.disputes import accept_dispute, contest_dispute
from transactions.api.conditions import dispute_conditions
from transactions.api.serializers.disputes import DisputeQuery, EvidenceBody
from transactions.api.shapes.disputes import DisputeShown
from transactions.api.shown.disputes import dispute_shown
from transactions.queries.disputes import dispute_of, disputes_for, with_evidence

READ, WRITE = "orders.read", "orders.write"
REFUSALS = (errors.DisputeClosed, errors.DisputeDeadlinePassed)


class Disputes(Endpoint):
    """`/v1/disputes`"""

    operations = {
        "GET": Operation(
            _("List disputes"),
            scope=READ,
            query=DisputeQuery,
            answer=list_of(DisputeShown),
            description=_("By deadline: what must be answered first comes first. The dates may be left out."),
        )
    }

    def get(self, request: Request) -> Response:
        rows = disputes_for(self.actor).filter(self.query["period"], dispute_conditions(self.query, clock.now()))
        envelope = page_of(with_evidence(rows), self.query, order="deadline", newest_first=False)
        envelope["content"] = [dispute_shown(each) for each in envelope["content"]]
        return Response(envelope)


class DisputeAnswers(Endpoint):
    def shown(self, dispute: models.Dispute) -> dict[str, Any]:
        found = with_evidence(disputes_for(self.actor)).filter(dispute_id=dispute.dispute_id).first()
        if found is None:
            raise NotFound
        return dispute_shown(found)


class OneDispute(DisputeAnswers):
    """`/v1/disputes/{id}`"""

    operations = {"GET": Operation(_("Read a dispute"), scope=READ, answer=DisputeShown)}

    def get(self, request: Request, dispute_id: str) -> Response:
        return Response(self.shown(dispute_of(self.actor, dispute_id)))


class AcceptDispute(DisputeAnswers):
    """`/v1/disputes/{id}/accept`"""

    operations = {
        "POST": Operation(
            _("Accept a dispute"),
            scope=WRITE,
            answer=DisputeShown,
            errors=REFUSALS,
            description=_("Gives the money up. Only while it is OPEN and before its deadline."),
        )
    }

    def post(self, request: Request, dispute_id: str) -> HttpResponseBase:
        dispute_of(self.actor, dispute_id)
        return self.once(partial(accept_dispute, actor=self.actor, dispute_id=dispute_id), self.shown)


class SendEvidence(DisputeAnswers):
    """`/v1/disputes/{id}/evidence`"""

    operations = {
        "POST": Operation(
            _("Contest a dispute with evidence"),
            scope=WRITE,
            body=EvidenceBody,
            answer=DisputeShown,
            errors=REFUSALS,
            description=_(
                "A text, up to ten files, or both, sent once: only while it is OPEN and before its deadline. The "
                "whole request is at most 1 MiB."
            ),
            example={
                "text": "A mercadoria foi entregue em 20/11/2026.",
                "files": [{"name": "entrega.txt", "contentType": "text/plain", "content": "UmVjZWJpZG8="}],
            },
        )
    }

    def post(self, request: Request, dispute_id: str) -> HttpResponseBase:
        dispute_of(self.actor, dispute_id)
        return self.once(partial(contest_dispute, actor=self.actor, dispute_id=dispute_id, **self.body), self.shown)
