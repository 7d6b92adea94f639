"""What only the sandbox has: events at the press of a button."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Fine, Module, fine
from charges.actions import sandbox
from charges.forms import PayForm
from charges.models import Charge
from charges.queries import charge_of, refund_of
from charges.views.details import page_of
from charges.views.page import ChargePage
from core.errors import NotFound
from core.lists.views import wants_fragment
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
        if not form.is_valid():
            return self.show(form, charge_of(self.actor, txid))
        values = form.cleaned_data
        sandbox.pay_charge(actor=self.actor, txid=txid, amount=values["amount"], payer_document=values["document"])
        messages.success(request, _("A Pix of the sandbox is on its way"))
        return redirect("charges:detail", txid)

    def show(self, form: PayForm, charge: Charge) -> HttpResponse:
        """With what is wrong at its field."""
        form.focus_first_error()
        template = "charges/_sandbox.html" if wants_fragment(self.request) else "charges/detail.html"
        context = page_of(self.actor, charge, pay=form)
        return render(self.request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


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
