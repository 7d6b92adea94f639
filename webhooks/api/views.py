"""Endpoints and their repair (API.md 6.2). A view reads the shape, one action decides, one function shows it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.formats import dumps, loads
from core.api.lists import page_of, read_moment
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint as ApiEndpoint
from webhooks import errors, queries
from webhooks.actions import endpoints, repair
from webhooks.actions.endpoints import EndpointDraft, Issued
from webhooks.api import shapes
from webhooks.api.serializers import RecoverBody, ResultQuery, WebhookBody, WebhookInPlaceBody, WebhookQuery
from webhooks.api.shown import result_shown, webhook_shown
from webhooks.states import EndpointStatus

READ, WRITE = "webhooks.read", "webhooks.write"
EXAMPLE = {"url": "https://loja.example.com.br/pix", "eventType": "PIX_QR_INBOUND", "active": True}


class WithSecret(ApiEndpoint):
    """Answers with a secret. It is not stored with the answer: a replay has null there."""

    secret: str | None = None

    def issue(self, action: Callable[[], Issued]) -> HttpResponseBase:
        def keep_secret() -> Issued:
            issued = action()
            self.secret = issued.secret
            return issued

        return self.once(keep_secret, lambda issued: {**webhook_shown(issued.endpoint), "secret": None})

    def restore(self, body: bytes) -> bytes:
        return dumps({**loads(body), "secret": self.secret}) if self.secret else body


class Webhooks(WithSecret):
    """`/v1/webhooks`"""

    operations = {
        "GET": Operation(_("List webhooks"), scope=READ, query=WebhookQuery, answer=list_of(shapes.WebhookShown)),
        "POST": Operation(
            _("Create a webhook"),
            scope=WRITE,
            body=WebhookBody,
            answer=shapes.WebhookWithSecretShown,
            status=201,
            errors=(errors.WebhookAddressRefused, errors.TooManyWebhooks),
            description=_("The secret is shown this once: it verifies that a message came from us."),
            example=EXAMPLE,
        ),
    }

    def post(self, request: Request) -> HttpResponseBase:
        draft = EndpointDraft.checked(**self.body)
        return self.issue(lambda: endpoints.create_endpoint(actor=self.actor, draft=draft))

    def get(self, request: Request) -> Response:
        rows = queries.endpoints_for(self.actor).filter(self.query["period"], webhook_conditions(self.query))
        envelope = page_of(rows, self.query)
        envelope["content"] = [webhook_shown(endpoint) for endpoint in envelope["content"]]
        return Response(envelope)


def webhook_conditions(query: dict[str, Any]) -> Q:
    wanted = Q()
    if query.get("url"):
        wanted &= Q(url__icontains=query["url"])
    if query.get("eventType"):
        wanted &= Q(event_type=query["eventType"])
    if query.get("active"):
        active = Q(status=EndpointStatus.ACTIVE)
        wanted &= active if query["active"] == "true" else ~active
    return wanted


class OneWebhook(ApiEndpoint):
    """`/v1/webhooks/{id}`"""

    operations = {
        "GET": Operation(_("Read a webhook"), scope=READ, answer=shapes.WebhookShown),
        "PUT": Operation(
            _("Replace a webhook"),
            scope=WRITE,
            body=WebhookInPlaceBody,
            answer=shapes.WebhookShown,
            errors=(errors.WebhookAddressRefused,),
            description=_("description and includeLifecycle are cleared when absent. The secret stays."),
            example=EXAMPLE,
        ),
        "DELETE": Operation(
            _("Delete a webhook"),
            scope=WRITE,
            status=204,
            description=_("What still waits for it is cancelled. The results stay."),
        ),
    }

    def get(self, request: Request, endpoint_id: str) -> Response:
        return Response(webhook_shown(queries.endpoint_of(self.actor, endpoint_id)))

    def put(self, request: Request, endpoint_id: str) -> HttpResponseBase:
        queries.endpoint_of(self.actor, endpoint_id)
        draft = EndpointDraft.checked(**self.body)
        return self.once(
            lambda: endpoints.change_endpoint(actor=self.actor, endpoint_id=endpoint_id, draft=draft), webhook_shown
        )

    def delete(self, request: Request, endpoint_id: str) -> HttpResponseBase:
        queries.endpoint_of(self.actor, endpoint_id)
        return self.once(lambda: endpoints.delete_endpoint(actor=self.actor, endpoint_id=endpoint_id), webhook_shown)


class Secret(WithSecret):
    """`/v1/webhooks/{id}/secret`"""

    operations = {
        "POST": Operation(
            _("Rotate the secret"),
            scope=WRITE,
            answer=shapes.WebhookWithSecretShown,
            description=_("The old secret signs too for 24 hours: the header then carries two signatures."),
        )
    }

    def post(self, request: Request, endpoint_id: str) -> HttpResponseBase:
        queries.endpoint_of(self.actor, endpoint_id)
        return self.issue(lambda: endpoints.rotate_secret(actor=self.actor, endpoint_id=endpoint_id))


class Test(ApiEndpoint):
    """`/v1/webhooks/{id}/test`"""

    keyed = False
    operations = {
        "POST": Operation(
            _("Send a test message"),
            scope=WRITE,
            answer=shapes.DeliveriesShown,
            status=202,
            description=_("One message of type TEST, sent once, also to a webhook that is not active."),
        )
    }

    def post(self, request: Request, endpoint_id: str) -> Response:
        repair.send_test(actor=self.actor, endpoint_id=endpoint_id)
        return Response({"deliveries": 1}, status=202)


class Recover(ApiEndpoint):
    """`/v1/webhooks/{id}/recover`"""

    operations = {
        "POST": Operation(
            _("Resend a window"),
            scope=WRITE,
            body=RecoverBody,
            answer=shapes.DeliveriesShown,
            status=202,
            description=_(
                "What was not delivered in the window, also from before the webhook existed or while it was not "
                "active. With all true, what was delivered too. A window that begins more than 30 days ago is 400."
            ),
            example={"since": "2026-11-20T00:00:00Z"},
        )
    }

    def post(self, request: Request, endpoint_id: str) -> HttpResponseBase:
        said, zone = self.body.get("until"), self.actor.zone
        action = partial(
            repair.recover,
            actor=self.actor,
            endpoint_id=queries.endpoint_of(self.actor, endpoint_id).endpoint_id,
            since=read_moment("since", self.body["since"], zone),
            until=read_moment("until", said, zone, end=True) if said else None,
            everything=self.body.get("all", False),
        )
        return self.once(action, lambda deliveries: {"deliveries": deliveries})


class Results(ApiEndpoint):
    """`/v1/webhooks/results`"""

    operations = {
        "GET": Operation(
            _("List deliveries with their attempts"),
            scope=READ,
            query=ResultQuery,
            answer=list_of(shapes.ResultShown),
            description=_("Empty for a client without webhooks: see GET /v1/events."),
        )
    }

    def get(self, request: Request) -> Response:
        rows = queries.deliveries_for(self.actor).filter(self.query["period"], result_conditions(self.query))
        envelope = page_of(queries.with_attempts(rows), self.query)
        envelope["content"] = [result_shown(delivery) for delivery in envelope["content"]]
        return Response(envelope)


def result_conditions(query: dict[str, Any]) -> Q:
    wanted = Q()
    for field, name in (
        ("endpoint__endpoint_id", "webhookId"),
        ("event__message_type", "eventType"),
        ("status", "status"),
        ("event__object_id", "txid"),
        ("event__user_reference", "userReference"),
    ):
        if query.get(name):
            wanted &= Q(**{field: query[name]})
    return wanted


class Resend(ApiEndpoint):
    """`/v1/webhooks/results/{deliveryId}/resend`"""

    keyed = False
    operations = {
        "POST": Operation(
            _("Resend one message"),
            scope=WRITE,
            answer=shapes.DeliveriesShown,
            status=202,
            errors=(errors.MessageForgotten, errors.WebhookDeleted),
            description=_("One more attempt, the same id and bytes. It works while the webhook is disabled."),
        )
    }

    def post(self, request: Request, delivery_id: str) -> Response:
        repair.resend(actor=self.actor, delivery_id=delivery_id)
        return Response({"deliveries": 1}, status=202)
