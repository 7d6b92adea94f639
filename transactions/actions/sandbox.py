"""The sandbox calls and buttons of cards (API.md 8). Nothing happens, and nobody is told, when nothing can change."""

from contextlib import suppress
from decimal import Decimal

from django.conf import settings

from accounts import permissions
from accounts.permissions import Fine, Module
from accounts.queries import system
from core.actor import Actor
from core.errors import NotFound
from gateways import calls
from gateways.errors import GatewayRefused
from gateways.sandbox import acquirer_network
from transactions.actions.recurrences.charging import charge
from transactions.queries.contracts import recurrence_of
from transactions.queries.disputes import undecided_dispute_about
from transactions.queries.orders import card_of, operation_of
from transactions.states import ScheduleStatus

WRITE = permissions.fine(Module.CREDIT_CARD, Fine.WRITE)
REASON = "10.4"  # fraud where the card was not present


def open_chargeback(*, actor: Actor, operation_id: str, amount: Decimal | None = None, reason_code: str = "") -> None:
    """The cardholder disputes `amount` reais of a capture or sale, by default what remains of it. Raises NotFound."""
    operation = operation_of(_allowed(actor), operation_id)
    with suppress(GatewayRefused):
        acquirer_network.open_chargeback(
            operation_id=operation_id,
            amount=amount or operation.remaining or operation.amount,
            reason_code=reason_code or REASON,
        )


def win_chargeback(*, actor: Actor, operation_id: str) -> None:
    _decide_chargeback(actor, operation_id, won=True)


def lose_chargeback(*, actor: Actor, operation_id: str) -> None:
    _decide_chargeback(actor, operation_id, won=False)


def approve_review(*, actor: Actor, card_transaction_id: str) -> None:
    _decide_review(actor, card_transaction_id, approved=True)


def deny_review(*, actor: Actor, card_transaction_id: str) -> None:
    _decide_review(actor, card_transaction_id, approved=False)


def charge_next(*, actor: Actor, recurrence_id: str) -> None:
    """Makes the next charge of a recurrence before its day. Raises NotFound."""
    recurrence = recurrence_of(_allowed(actor), recurrence_id)
    schedule = recurrence.schedules.filter(status=ScheduleStatus.SCHEDULED).order_by("number").first()
    if schedule is not None:
        with calls.cards() as gateway:
            charge(gateway, schedule, actor=system(recurrence.client))


def _decide_chargeback(actor: Actor, operation_id: str, *, won: bool) -> None:
    """The network's word on the open case of this sale, or of this chargeback. One that a person recorded becomes a
    case of the network first."""
    operation_of(_allowed(actor), operation_id)
    dispute = undecided_dispute_about(actor, operation_id)
    if dispute is None:
        return
    with suppress(GatewayRefused):
        case_id = dispute.case_id or acquirer_network.open_chargeback(
            operation_id=dispute.operation.operation_id,
            amount=dispute.amount,
            reason_code=dispute.reason_code[:10] or REASON,
        )
        acquirer_network.decide_chargeback(case_id=case_id, won=won)


def _decide_review(actor: Actor, transaction_id: str, *, approved: bool) -> None:
    payment = card_of(_allowed(actor), transaction_id)
    acquirer_network.decide_review(operation_id=payment.operation.operation_id, approved=approved)


def _allowed(actor: Actor) -> Actor:
    """In production none of this exists."""
    if not settings.SANDBOX:
        raise NotFound
    permissions.require(actor, WRITE)
    return actor
