"""Making, changing, switching and deleting an endpoint, and its secret. Every form does its thing once."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.idempotency import Answer, once
from core.web.forms import KeyedForm, judged
from webhooks.actions import endpoints
from webhooks.actions.endpoints import EndpointDraft, Issued
from webhooks.errors import WebhookAddressRefused
from webhooks.forms import ConfirmForm, EndpointForm, initial_of
from webhooks.models import Endpoint
from webhooks.queries import endpoint_of
from webhooks.views.page import WebhookWrite


def stored(endpoint: Endpoint) -> Answer:
    """What a repeat is led to."""
    return Answer(201, endpoint.endpoint_id.encode())


class ShowsSecret(WebhookWrite):
    """Shows a new secret in the answer to the form itself, since it is stored nowhere. A repeat of the form is led to
    the endpoint, without the secret."""

    def issue(self, form: KeyedForm, action: Callable[[], Issued]) -> HttpResponse:
        made: list[Issued] = []

        def keep() -> Endpoint:
            made.append(action())
            return made[0].endpoint

        answer = once(form.keyed_request(self.request, self.actor), keep, stored)
        if not made:
            return redirect("webhooks:detail", answer.body.decode())
        context = {"endpoint": made[0].endpoint, "secret": made[0].secret}
        return render(self.request, "webhooks/secret.html", context)


class NewEndpoint(ShowsSecret):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(EndpointForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = EndpointForm(request.POST)
        if "check" in request.POST:
            return judged(request, form)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            draft = EndpointDraft.checked(**form.fields_of_draft())
            return self.issue(form, partial(endpoints.create_endpoint, actor=self.actor, draft=draft))
        except DomainError as error:
            add_error(form, error)
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def show(self, form: EndpointForm, status: int = 200) -> HttpResponse:
        return render(self.request, "webhooks/form.html", {"form": form}, status=status)


class EditEndpoint(WebhookWrite):
    def get(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        return self.show(EndpointForm(initial=initial_of(endpoint_of(self.actor, endpoint_id))))

    def post(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        endpoint_of(self.actor, endpoint_id)
        form = EndpointForm(request.POST)
        if "check" in request.POST:
            return judged(request, form)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            draft = EndpointDraft.checked(**form.fields_of_draft())
            action = partial(endpoints.change_endpoint, actor=self.actor, endpoint_id=endpoint_id, draft=draft)
            once(form.keyed_request(self.request, self.actor), action, stored)
        except DomainError as error:
            add_error(form, error)
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("Webhook changed"))
        return redirect("webhooks:detail", endpoint_id)

    def show(self, form: EndpointForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "endpoint": endpoint_of(self.actor, self.kwargs["endpoint_id"])}
        return render(self.request, "webhooks/form.html", context, status=status)


class RotateSecret(ShowsSecret):
    def get(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        context = {"form": ConfirmForm(), "endpoint": endpoint_of(self.actor, endpoint_id)}
        return render(request, "webhooks/rotate.html", context)

    def post(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        endpoint_of(self.actor, endpoint_id)
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return self.get(request, endpoint_id)
        return self.issue(form, partial(endpoints.rotate_secret, actor=self.actor, endpoint_id=endpoint_id))


class DeleteEndpoint(WebhookWrite):
    def get(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        context = {"form": ConfirmForm(), "endpoint": endpoint_of(self.actor, endpoint_id)}
        return render(request, "webhooks/delete.html", context)

    def post(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        endpoints.delete_endpoint(actor=self.actor, endpoint_id=endpoint_id)
        messages.success(request, _("Webhook deleted"))
        return redirect("webhooks:list")


class Switch(WebhookWrite):
    """One click, harmless when repeated."""

    http_method_names = ["post"]
    active: ClassVar[bool]

    def post(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        endpoints.switch_endpoint(actor=self.actor, endpoint_id=endpoint_id, active=self.active)
        messages.success(request, _("Webhook activated") if self.active else _("Webhook deactivated"))
        return redirect("webhooks:detail", endpoint_id)


class Activate(Switch):
    active = True


class Deactivate(Switch):
    active = False


def add_error(form: EndpointForm, error: DomainError) -> None:
    if isinstance(error, WebhookAddressRefused):
        form.add_error("url", str(error.details["reason"]))
    else:
        form.add_error(None, str(error))
