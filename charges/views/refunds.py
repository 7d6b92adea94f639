"""The refund dialog: a page without JavaScript, a dialog with it."""

from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Fine, Module, fine
from charges.actions.refunds import refuse_unless_refundable, request_refund
from charges.details import Received, detail_of, share
from charges.errors import ChargeNotPaid, RefundExceedsRemaining
from charges.forms import RefundForm
from charges.models import Refund
from charges.queries import accepted_payment_of, charge_of, remaining_of
from charges.views.page import ChargePage
from core import money
from core.errors import DomainError
from core.idempotency import Answer, once
from core.lists.views import wants_fragment
from core.web.fields import AmountField


def stored(refund: Refund) -> Answer:
    return Answer(201, refund.refund_id.encode())


class RefundCharge(ChargePage):
    """Shows what remains of the Pix, repeats the amount as it was understood, and has it sent back once."""

    permission = fine(Module.CHARGES, Fine.REFUND)

    def get(self, request: HttpRequest, txid: str) -> HttpResponse:
        detail = detail_of(self.actor, charge_of(self.actor, txid))
        pix: Received | None = detail["accepted"]
        if pix is None:
            raise ChargeNotPaid
        refuse_unless_refundable(actor=self.actor, payment=pix.payment)
        initial = {"whole": pix.remaining, "end_to_end_id": pix.payment.end_to_end_id}
        return self.show(RefundForm(initial=initial, remaining=pix.remaining))

    def post(self, request: HttpRequest, txid: str) -> HttpResponse:
        payment = accepted_payment_of(charge_of(self.actor, txid))
        if payment is None:
            raise ChargeNotPaid
        form = RefundForm(request.POST, remaining=remaining_of(payment))
        if "check" in request.POST:
            return self.show(form, checked=True)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            answer = self.refund(form, txid)
        except DomainError as error:
            form.add_error("amount" if isinstance(error, RefundExceedsRemaining) else None, str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if not answer.replayed:
            amount = money.formatted(form.cleaned_data["amount"])
            messages.success(request, _("Refund of %(amount)s asked for") % {"amount": amount})
        return redirect("charges:detail", txid)

    def refund(self, form: RefundForm, txid: str) -> Answer:
        values = form.cleaned_data
        action = partial(
            request_refund,
            actor=self.actor,
            txid=txid,
            amount=values["amount"],
            description=values["description"],
            end_to_end_id=values["end_to_end_id"],
        )
        return once(form.keyed_request(self.request, self.actor), action, stored)

    def show(self, form: RefundForm, *, status: int = 200, checked: bool = False) -> HttpResponse:
        detail = detail_of(self.actor, charge_of(self.actor, self.kwargs["txid"]))
        pix: Received | None = detail["accepted"]
        if pix is None:
            raise ChargeNotPaid
        context = {**detail, "form": form, **split(pix, amount_now(form, pix))}
        name = "_refund_amount" if checked else "_refund" if wants_fragment(self.request) else "refund"
        return render(self.request, f"charges/{name}.html", context, status=status)


def amount_now(form: RefundForm, pix: Received) -> Decimal | None:
    """The amount that the form would send now, as it was understood."""
    if form["how_much"].value() == RefundForm.WHOLE:
        return pix.remaining
    return AmountField.understood(form["amount"].value())


def split(pix: Received, now: Decimal | None) -> dict[str, Any]:
    """What went back, what goes now and what will remain, with their shares of the Pix."""
    fits = now is not None and now <= pix.remaining
    shown = now if now is not None and fits else Decimal(0)
    return {
        "now": now,
        "minus_now": None if now is None else -now,
        "fits": fits,
        "rest": pix.remaining - shown,
        "now_share": share(shown, pix.payment.amount),
    }
