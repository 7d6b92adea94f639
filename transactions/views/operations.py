"""Capture, reversal, refund and the others: one dialog for every action, and the confirmation behind it. Without
JavaScript they are pages."""

from functools import cached_property, partial
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import permissions
from accounts.permissions import read
from core import clock
from core.actor import Actor
from core.errors import DomainError, NotFound
from core.idempotency import Answer, Claim, once, once_in_steps
from core.lists.views import wants_fragment
from transactions.actions.disputes import record_chargeback, reverse_chargeback
from transactions.actions.follow_ups import follow_up, offered
from transactions.details.cards import sandbox_of
from transactions.details.operations import Shown, meaning_of, offers_of, slug_of
from transactions.details.orders import kept_of
from transactions.errors import AmountNotAllowed, MerchantTransactionIdUsed, UsageForCardsOnly
from transactions.forms import OperationForm
from transactions.looks import ICONS, dotted
from transactions.models import Operation
from transactions.queries.availability import MODULES, Available, card_of_payment, permission_for, possible
from transactions.queries.orders import operation_of
from transactions.states import DONE, Action, OperationType, PaymentMethod
from transactions.views.page import CardPage
from transactions.wording import ACTION_WORDS, button_text, outcome_text

ACTIONS = {slug_of(action): action for action in Action}
FIELD_OF: dict[type[DomainError], str] = {
    AmountNotAllowed: "amount",
    MerchantTransactionIdUsed: "merchant_transaction_id",
    UsageForCardsOnly: "usage",
}


def stored(operation: Operation) -> Answer:
    """What a repeat is led to."""
    return Answer(201, operation.operation_id.encode())


def home_of(operation: Operation) -> str:
    """The page on which an operation is seen: of its payment by card, or of its order."""
    if operation.order.payment_method == PaymentMethod.CARD:
        return reverse("transactions:card", args=[(operation.payment or operation).operation_id])
    return reverse("transactions:order", args=[operation.order.order_id])


def card_text(operation: Operation) -> str:
    """`Visa •••• 0071`; nothing for other methods."""
    if operation.order.payment_method != PaymentMethod.CARD:
        return ""
    return f"{operation.payment_circuit.title()} {dotted(card_of_payment(operation).last4)}"


class Operate(CardPage):
    """Who may see it depends on the operation's method and the action, so it is asked here and again by the action."""

    def get(self, request: HttpRequest, operation_id: str, action: str) -> HttpResponse:
        available = offered(self.parent, self.action)
        return self.show(self.form(available, initial={"amount": available.largest}))

    def post(self, request: HttpRequest, operation_id: str, action: str) -> HttpResponse:
        form = self.form(self.available, request.POST)
        if "check" in request.POST:
            return self.show(form, checked=True)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            answer = self.perform(form)
        except DomainError as error:
            form.add_error(self.field_of(error, form), str(error))
            return self.show(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return self.confirm(answer.body.decode())

    @property
    def action(self) -> Action:
        """Raises NotFound."""
        if self.kwargs["action"] not in ACTIONS:
            raise NotFound
        return ACTIONS[self.kwargs["action"]]

    @cached_property
    def parent(self) -> Operation:
        """Raises NotFound, PermissionMissing."""
        operation = operation_of(self.actor, self.kwargs["operation_id"])
        permissions.require(self.actor, permission_for(operation, self.action))
        return operation

    @property
    def available(self) -> Available | None:
        return next((each for each in possible(self.parent, clock.now()) if each.action is self.action), None)

    def form(self, available: Available | None, data: Any = None, initial: Any = None) -> OperationForm:
        is_card = self.parent.order.payment_method == PaymentMethod.CARD
        return OperationForm(data, initial=initial, available=available, is_card=is_card)

    def perform(self, form: OperationForm) -> Answer:
        keyed = form.keyed_request(self.request, self.actor)
        facts = {"actor": self.actor, "operation_id": self.kwargs["operation_id"], "note": form.note()}
        amount = form.cleaned_data["amount"]
        if self.action is Action.CHARGEBACK:
            return once(keyed, partial(record_chargeback, amount=amount, **facts), stored)
        if self.action is Action.CHARGEBACK_REVERSAL:
            return once(keyed, partial(reverse_chargeback, **facts), stored)

        def in_steps(claim: Claim[Operation]) -> Operation:
            return follow_up(action=self.action, amount=amount, claim=claim, **facts)

        return once_in_steps(keyed, in_steps, stored)

    def field_of(self, error: DomainError, form: OperationForm) -> str | None:
        name = FIELD_OF.get(type(error))
        return None if name == "amount" and not form.takes_amount else name

    def confirm(self, operation_id: str) -> HttpResponse:
        address = reverse("transactions:operation", args=[operation_id])
        if not wants_fragment(self.request):
            return redirect(address)
        response = show_confirmation(self.request, operation_of(self.actor, operation_id))
        response["HX-Trigger-After-Settle"] = "live:change"  # the page behind the dialog
        return response

    def show(self, form: OperationForm, *, status: int = 200, checked: bool = False) -> HttpResponse:
        parent, action = self.parent, self.action
        now = form.amount_now
        fits = now is not None and now <= form.largest
        context = {
            "form": form,
            "parent": parent,
            "action": action,
            "words": ACTION_WORDS[action],
            "icon_name": ICONS[action],
            "kind": OperationType(parent.type).label,
            "card_text": card_text(parent),
            "home": home_of(parent),
            "now": now,
            "fits": fits,
            "rest": form.largest - now if now is not None else None,
            "button": button_text(action, now if fits else None),
        }
        name = "_operate_amount" if checked else "_operate" if wants_fragment(self.request) else "operate"
        return render(self.request, f"transactions/{name}.html", context, status=status)


class Menu(CardPage):
    """What may be done with one operation, where its page has too many to list what may be done with each."""

    def get(self, request: HttpRequest, operation_id: str) -> HttpResponse:
        operation = operation_seen(self.actor, operation_id)
        context = {"shown": Shown(operation), "offers": offers_of(self.actor, operation), "home": home_of(operation)}
        if operation.order.payment_method == PaymentMethod.CARD:
            context |= sandbox_of(self.actor, card_of_payment(operation), [operation])
        return render(request, f"transactions/{'_menu' if wants_fragment(request) else 'menu'}.html", context)


class Confirmation(CardPage):
    """What became of an operation, with the ids to copy."""

    def get(self, request: HttpRequest, operation_id: str) -> HttpResponse:
        operation = operation_seen(self.actor, operation_id)
        return show_confirmation(request, operation)


def operation_seen(actor: Actor, operation_id: str) -> Operation:
    """Raises NotFound, and PermissionMissing for a method whose module the actor may not read."""
    operation = operation_of(actor, operation_id)
    permissions.require(actor, read(MODULES[PaymentMethod(operation.order.payment_method)]))
    return operation


def show_confirmation(request: HttpRequest, operation: Operation) -> HttpResponse:
    context = {
        "operation": operation,
        "shown": Shown(operation),
        "heading": outcome_text(operation),
        "meaning": meaning_of(operation),
        "is_done": operation.result in DONE,
        "home": home_of(operation),
        "began_payment": operation.payment_id is None,
        "kept": kept_of(operation.order),
    }
    name = "_confirmation" if wants_fragment(request) else "confirmation"
    return render(request, f"transactions/{name}.html", context)
