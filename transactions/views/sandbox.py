"""Events of the sandbox at the press of a button."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import NotFound
from transactions.actions import sandbox
from transactions.queries.contracts import recurrence_of
from transactions.queries.orders import operation_of
from transactions.views.operations import home_of
from transactions.views.page import SandboxButton

EVENTS: dict[str, Callable[..., None]] = {
    "chargeback": sandbox.open_chargeback,
    "win": sandbox.win_chargeback,
    "lose": sandbox.lose_chargeback,
    "approve": sandbox.approve_review,
    "deny": sandbox.deny_review,
}
REVIEWS = ("approve", "deny")


class Simulate(SandboxButton):
    """What the network would do with an operation."""

    def post(self, request: HttpRequest, operation_id: str, event: str) -> HttpResponse:
        if event not in EVENTS:
            raise NotFound
        operation = operation_of(self.actor, operation_id)
        subject = "card_transaction_id" if event in REVIEWS else "operation_id"
        EVENTS[event](actor=self.actor, **{subject: operation_id})
        messages.success(request, _("The sandbox has been told; its notice is on its way"))
        return redirect(home_of(operation))


class RunNext(SandboxButton):
    """Makes the next charge of a recurrence today."""

    def post(self, request: HttpRequest, recurrence_id: str) -> HttpResponse:
        recurrence = recurrence_of(self.actor, recurrence_id)
        sandbox.charge_next(actor=self.actor, recurrence_id=recurrence_id)
        return redirect("transactions:contract", recurrence.contract.contract_id)
