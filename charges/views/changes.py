"""Making, changing and deleting a charge. Every form does its thing once, however often it is sent."""

from abc import ABC, abstractmethod
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Fine, Module, fine
from charges.actions.charges import cancel_charge, change_charge, create_charge, refuse_unless_open
from charges.errors import ChargeAboveLimit, DebtorDocumentMissing, EndAlreadyPassed
from charges.forms import CancelForm, ChargeFields, EditChargeForm, NewChargeForm, initial_of
from charges.models import Charge
from charges.queries import charge_of
from charges.views.page import ChargePage
from core.errors import DomainError
from core.idempotency import Answer, Claim, once_in_steps
from core.lists.views import wants_fragment
from core.web.forms import KeyedForm

FIELD_OF: dict[type[DomainError], str] = {
    ChargeAboveLimit: "amount",
    EndAlreadyPassed: "expiration",
    DebtorDocumentMissing: "cpf",
}


def stored(charge: Charge) -> Answer:
    """What a repeat is led to."""
    return Answer(201, charge.txid.encode())


class ChargeFormView(ChargePage, ABC):
    """A form of a charge. Rows of additional information are added and removed by buttons that send the form."""

    permission = fine(Module.CHARGES, Fine.WRITE)
    form_class: ClassVar[type[ChargeFields]]

    def form(self, *args: Any, **facts: Any) -> ChargeFields:
        return self.form_class(*args, **facts)

    @abstractmethod
    def blank(self) -> ChargeFields:
        """The form as it is first shown."""

    @abstractmethod
    def perform(self, form: Any, claim: Claim[Charge]) -> Charge:
        """What the form asks for."""

    def asks_for_nothing(self, form: Any) -> bool:
        return False

    def context(self) -> dict[str, Any]:
        return {}

    @abstractmethod
    def success(self) -> str:
        """What the page says then."""

    def get(self, request: HttpRequest, **ids: str) -> HttpResponse:
        return self.show(self.blank())

    def post(self, request: HttpRequest, **ids: str) -> HttpResponse:
        if "add_row" in request.POST or "remove_row" in request.POST:
            return self.with_other_rows()
        if "check" in request.POST:
            return self.checked(request.POST["check"])
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if self.asks_for_nothing(form):
            messages.success(request, _("There was nothing to change."))
            return redirect("charges:detail", ids["txid"])
        try:
            keyed = form.keyed_request(request, self.actor)
            answer = once_in_steps(keyed, lambda claim: self.perform(form, claim), stored)
        except DomainError as error:
            form.add_error(FIELD_OF.get(type(error)), str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if not answer.replayed:
            messages.success(request, self.success())
        return redirect("charges:detail", answer.body.decode())

    def show(self, form: ChargeFields, status: int = 200) -> HttpResponse:
        return render(self.request, "charges/form.html", {"form": form, **self.context()}, status=status)

    def checked(self, name: str) -> HttpResponse:
        """One field judged while the form is being filled in, and what the amount was understood as."""
        form = self.form(self.request.POST)
        form.is_valid()
        field = form[name] if name in form.fields else None
        return render(self.request, "charges/_checked.html", {"form": form, "field": field, **self.context()})

    def with_other_rows(self) -> HttpResponse:
        posted = self.request.POST
        form = self.form(initial=typed_values(self.form_class, posted))
        rows = form.initial["information"]
        if "add_row" in posted:
            rows.append({"name": "", "value": ""})
            row_in_hand = len(rows)
        else:
            row_in_hand = int(posted["remove_row"]) if posted["remove_row"].isdecimal() else 0
            del rows[max(row_in_hand - 1, 0) : row_in_hand]
        if not wants_fragment(self.request):
            return self.show(form)
        context = {"form": form, "row_in_hand": row_in_hand, "last_row": len(form.information_rows)}
        return render(self.request, "charges/_information.html", {**context, **self.context()})


def typed_values(form_class: type[ChargeFields], posted: Any) -> dict[str, Any]:
    """What was typed so far, unjudged."""
    fields = form_class.base_fields
    return {name: field.widget.value_from_datadict(posted, {}, name) for name, field in fields.items()}


class NewCharge(ChargeFormView):
    form_class = NewChargeForm

    def blank(self) -> ChargeFields:
        return NewChargeForm(initial={"expiration": self.request.client.default_expiration // 60 or 1})

    def perform(self, form: NewChargeForm, claim: Claim[Charge]) -> Charge:
        return create_charge(actor=self.actor, draft=form.draft(), claim=claim)

    def success(self) -> str:
        return _("Charge created")


class EditCharge(ChargeFormView):
    form_class = EditChargeForm

    @property
    def charge(self) -> Charge:
        return charge_of(self.actor, self.kwargs["txid"])

    def get(self, request: HttpRequest, **ids: str) -> HttpResponse:
        refuse_unless_open(self.charge)
        return super().get(request, **ids)

    def form(self, *args: Any, **facts: Any) -> ChargeFields:
        return EditChargeForm(*args, known_document=self.charge.debtor_document, **facts)

    def blank(self) -> ChargeFields:
        return self.form(initial=initial_of(self.charge))

    def perform(self, form: EditChargeForm, claim: Claim[Charge]) -> Charge:
        return change_charge(
            actor=self.actor,
            txid=self.kwargs["txid"],
            changes=form.changes(self.charge),
            revision=form.cleaned_data["revision"],
            claim=claim,
        )

    def asks_for_nothing(self, form: EditChargeForm) -> bool:
        return not form.changes(self.charge)

    def context(self) -> dict[str, Any]:
        return {"charge": self.charge}

    def success(self) -> str:
        return _("Charge changed")


class CancelCharge(ChargePage):
    """Asks, then deletes: the charge stays in the list as cancelled."""

    permission = fine(Module.CHARGES, Fine.WRITE)

    def get(self, request: HttpRequest, txid: str) -> HttpResponse:
        refuse_unless_open(charge_of(self.actor, txid))
        return self.show(CancelForm())

    def post(self, request: HttpRequest, txid: str) -> HttpResponse:
        charge_of(self.actor, txid)
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self.show(CancelForm(), status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            self.cancel(form, txid)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("Charge deleted"))
        return redirect("charges:detail", txid)

    def cancel(self, form: KeyedForm, txid: str) -> None:
        keyed = form.keyed_request(self.request, self.actor)
        action = partial(cancel_charge, actor=self.actor, txid=txid)
        once_in_steps(keyed, lambda claim: action(claim=claim), stored)

    def show(self, form: KeyedForm, status: int = 200) -> HttpResponse:
        template = "charges/_cancel.html" if wants_fragment(self.request) else "charges/cancel.html"
        context = {"form": form, "charge": charge_of(self.actor, self.kwargs["txid"])}
        return render(self.request, template, context, status=status)
