"""The page of one charge, which keeps itself up to date, and the look at a whole document."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import Module, read
from charges.actions.documents import show_document
from charges.details import detail_of
from charges.forms import PayForm
from charges.models import Charge
from charges.queries import charge_of
from charges.views.page import ChargePage
from core.actor import Actor
from core.lists.short import wants_whole
from core.lists.views import wants_fragment


def page_of(actor: Actor, charge: Charge, *, whole: bool = False, pay: PayForm | None = None) -> dict[str, Any]:
    """What the page shows of a charge, with the form of the sandbox."""
    return {**detail_of(actor, charge, whole=whole), "whole": whole, "pay": pay or PayForm()}


class ChargeDetail(ChargePage):
    """htmx asks for the part that changes; everybody else gets the page around it."""

    permission = read(Module.CHARGES)

    def get(self, request: HttpRequest, txid: str) -> HttpResponse:
        template = "charges/_detail.html" if wants_fragment(request) else "charges/detail.html"
        return render(request, template, self.shown(txid))

    def shown(self, txid: str) -> dict[str, Any]:
        return page_of(self.actor, charge_of(self.actor, txid), whole=wants_whole(self.request))


class ShowDocument(ChargeDetail):
    """Shows the debtor's whole document once, and writes down who looked."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, txid: str) -> HttpResponse:
        charge = show_document(actor=self.actor, txid=txid)
        template = "charges/_detail.html" if wants_fragment(request) else "charges/detail.html"
        return render(request, template, {**page_of(self.actor, charge), "document_shown": True})
