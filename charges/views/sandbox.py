"""What only the sandbox has: events at the press of a button."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Fine, Module, fine
from charges.actions import sandbox
from charges.forms import PayForm
from charges.queries import refund_of
from charges.views.page import ChargePage
from core.errors import NotFound
from core.web.errors import not_found


class SandboxOnly(ChargePage):
    """In production there is nothing here."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.SANDBOX:
            return not_found(request, NotFound())
        return super().dispatch(request, *args, **kwargs)


class SandboxButton(SandboxOnly):
    http_method_names = ["post"]
    permission = fine(Module.CHARGES, Fine.WRITE)


class PayCharge(SandboxButton):
    def post(self, request: HttpRequest, txid: str) -> HttpResponse:
        form = PayForm(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            sandbox.pay_charge(actor=self.actor, txid=txid, amount=values["amount"], payer_document=values["document"])
            messages.success(request, _("A Pix of the sandbox is on its way"))
        else:
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("charges:detail", txid)


class ExpireCharge(SandboxButton):
    def post(self, request: HttpRequest, txid: str) -> HttpResponse:
        sandbox.expire_charge(actor=self.actor, txid=txid)
        return redirect("charges:detail", txid)


class CompleteRefund(SandboxButton):
    def post(self, request: HttpRequest, refund_id: str) -> HttpResponse:
        sandbox.complete_refund(actor=self.actor, refund_id=refund_id)
        return redirect("charges:detail", refund_of(self.actor, refund_id).charge.txid)


class FailRefund(SandboxButton):
    def post(self, request: HttpRequest, refund_id: str) -> HttpResponse:
        sandbox.fail_refund(actor=self.actor, refund_id=refund_id)
        return redirect("charges:detail", refund_of(self.actor, refund_id).charge.txid)
