"""The page of one charge, which keeps itself up to date, and the look at a whole document."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import Module, read
from charges.actions.documents import show_document
from charges.details import detail_of
from charges.queries import charge_of
from charges.views.page import ChargePage
from core.lists.short import wants_whole
from core.lists.views import wants_fragment


class ChargeDetail(ChargePage):
    """htmx asks for the part that changes; everybody else gets the page around it."""

    permission = read(Module.CHARGES)

    def get(self, request: HttpRequest, txid: str) -> HttpResponse:
        template = "charges/_detail.html" if wants_fragment(request) else "charges/detail.html"
        return render(request, template, self.shown(txid))

    def shown(self, txid: str) -> dict[str, Any]:
        whole = wants_whole(self.request)
        return {"whole": whole, **detail_of(self.actor, charge_of(self.actor, txid), whole=whole)}


class ShowDocument(ChargeDetail):
    """Shows the debtor's whole document once, and writes down who looked."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, txid: str) -> HttpResponse:
        charge = show_document(actor=self.actor, txid=txid)
        template = "charges/_detail.html" if wants_fragment(request) else "charges/detail.html"
        return render(request, template, {**detail_of(self.actor, charge), "document_shown": True})
