"""A test, one message again, a window of messages again."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError
from core.idempotency import Answer, once
from webhooks.actions import repair
from webhooks.forms import RecoverForm
from webhooks.queries import delivery_of, endpoint_of
from webhooks.views.page import WebhookWrite


class SendTest(WebhookWrite):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        repair.send_test(actor=self.actor, endpoint_id=endpoint_id)
        messages.success(request, _("Test message sent: its answer appears below"))
        return redirect("webhooks:detail", endpoint_id)


class Resend(WebhookWrite):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, delivery_id: str) -> HttpResponse:
        delivery = delivery_of(self.actor, delivery_id)
        repair.resend(actor=self.actor, delivery_id=delivery_id)
        messages.success(request, _("Message sent again: its answer appears below"))
        response = redirect("webhooks:detail", delivery.endpoint.endpoint_id)
        response["Location"] += f"?delivery={delivery_id}"
        return response


class Recover(WebhookWrite):
    """Sends a window of messages again."""

    def get(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        return self.show(RecoverForm(initial={"since": endpoint_of(self.actor, endpoint_id).failing_since}))

    def post(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        endpoint_of(self.actor, endpoint_id)
        form = RecoverForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            answer = self.recover(form, endpoint_id)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        count = int(answer.body)
        said = ngettext("%(count)s message is sent again", "%(count)s messages are sent again", count)
        messages.success(request, said % {"count": count})
        return redirect("webhooks:detail", endpoint_id)

    def recover(self, form: RecoverForm, endpoint_id: str) -> Answer:
        values = {name: form.cleaned_data[name] for name in ("since", "until", "everything")}
        action = partial(repair.recover, actor=self.actor, endpoint_id=endpoint_id, **values)
        keyed = form.keyed_request(self.request, self.actor)
        return once(keyed, action, lambda count: Answer(202, str(count).encode()))

    def show(self, form: RecoverForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "endpoint": endpoint_of(self.actor, self.kwargs["endpoint_id"])}
        return render(self.request, "webhooks/recover.html", context, status=status)
