"""What only the sandbox has: events at the press of a button, and the page that lists the test data."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Fine, Module, fine
from charges.actions import sandbox
from charges.forms import PayForm
from charges.queries import refund_of
from charges.views.page import ChargePage
from core import money
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


@dataclass(frozen=True, slots=True)
class Rule:
    """An amount, and what it makes happen."""

    amount: Decimal
    what: "str | Promise"

    @property
    def plain(self) -> str:
        return money.plain(self.amount)


CHARGE_RULES = [
    Rule(Decimal("10.01"), gettext_lazy("Cents 01: the charge is paid by itself 5 to 20 seconds after its creation.")),
    Rule(Decimal("10.00"), gettext_lazy("Any other cents: the charge waits until you press “Pay now” on its page.")),
]
REFUND_RULES = [
    Rule(Decimal("5.00"), gettext_lazy("Completed within 2 to 5 seconds.")),
    Rule(Decimal("5.02"), gettext_lazy("Cents 02: fails with AM04, insufficient balance.")),
    Rule(Decimal("5.03"), gettext_lazy("Cents 03: waits until you complete or fail it on the charge's page.")),
]
PEOPLE = [
    ("Pessoa de Teste", "12345678909"),
    ("Ana Exemplo da Silva", "39053344705"),
    ("Bruno Modelo Pereira", "52998224725"),
    ("Loja Modelo Ltda.", "11222333000181"),
    ("Comércio Exemplo Litoral Ltda.", "12ABC34501DE35"),
]
KEYS = ["12345678909", "+5511912345678", "pessoa@exemplo.com.br", "123e4567-e12b-12d1-a456-426655440000"]


class TestData(SandboxOnly):
    """Open to everyone who works for a client."""

    __test__ = False

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"charge_rules": CHARGE_RULES, "refund_rules": REFUND_RULES, "people": PEOPLE, "keys": KEYS}
        return render(request, "charges/test_data.html", context)
