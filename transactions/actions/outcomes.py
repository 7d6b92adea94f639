"""What nobody knows yet, what a review decided, and what time alone brings about. The tasks only call these."""

from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from accounts.queries import system
from core import clock
from gateways import calls
from gateways.errors import GatewayBusy, OutcomeUnknown
from gateways.protocols import CardGateway, CardOutcome, CardState
from transactions.actions import sales
from transactions.actions.follow_ups import ask, do_now, settle_follow_up
from transactions.errors import OperationNotAllowed
from transactions.models import CardPayment, Operation
from transactions.states import PAYMENTS, Action, CardStatus, OperationResult, PaymentMethod

log = structlog.get_logger()

NEVER_ARRIVED = CardOutcome(CardState.DENIED, "99")


def look_up_unknown_outcomes() -> None:
    """Asks the acquirer about operations without an answer. Several workers may run it at once: each row is leased."""
    while (operation := _lease_next()) is not None:
        try:
            with calls.cards() as gateway:
                outcome = _find_out(gateway, operation)
        except GatewayBusy:
            return  # the row's own time comes again
        if outcome is not None:
            settle_later(operation, outcome)


def settle_later(operation: Operation, outcome: CardOutcome) -> None:
    """Writes down an outcome that came by look-up or notice; merchants are told of denials too."""
    with transaction.atomic():
        actor = system(operation.order.client)
        if operation.type in PAYMENTS:
            sales.settle_sale(operation.card, outcome, actor=actor, later=True)
        else:
            settle_follow_up(operation.operation_id, outcome, actor=actor)


def handle_review_notice(payload: dict[str, Any]) -> None:
    """The acquirer has looked at a payment: `operationId`, `approved`, and the codes that go with it."""
    operation = Operation.objects.filter(operation_id=payload["operationId"]).select_related("order__client").first()
    if operation is None:
        log.warning("a review of an unknown payment", operation=payload["operationId"])
        return
    outcome = CardOutcome(
        state=CardState.APPROVED if payload["approved"] else CardState.DENIED,
        return_code=payload["returnCode"],
        nsu=payload["nsu"],
        authorization_code=payload["authorizationCode"],
    )
    settle_later(operation, outcome)


def let_authorizations_lapse() -> None:
    """Reverses what was not captured in its window (API.md 6.6)."""
    due = CardPayment.objects.filter(captures_until__lt=clock.now(), status=CardStatus.APPROVED)
    with suppress(GatewayBusy):  # the others are due as before
        for card in list(due.select_related("operation__order__client").order_by("captures_until")[:200]):
            _lapse(card)


def _lapse(card: CardPayment) -> None:
    actor = system(card.operation.order.client)
    try:
        with calls.cards() as gateway:
            do_now(gateway, card.operation, Action.REVERSAL, actor=actor)
    except OperationNotAllowed:  # nothing is open any more, or its reversal is under way
        CardPayment.objects.filter(pk=card.pk).update(captures_until=None)


def _lease_next() -> Operation | None:
    """The next operation to look up, its time moved ahead so that nobody else takes it."""
    with transaction.atomic():
        operation = (
            Operation.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("order__client", "parent")
            .filter(
                result=OperationResult.PENDING,
                order__payment_method=PaymentMethod.CARD,
                next_look_up_at__lte=clock.now(),
            )
            .order_by("next_look_up_at")
            .first()
        )
        if operation is None:
            return None
        steps = settings.CARD_LOOK_UPS
        operation.look_ups += 1
        operation.next_look_up_at = clock.now() + steps[min(operation.look_ups, len(steps) - 1)]
        operation.save(update_fields=["look_ups", "next_look_up_at"])
        return operation


def _find_out(gateway: CardGateway, operation: Operation) -> CardOutcome | None:
    """What became of it. What never arrived is sent again under its id, unless it needs a card that only its request
    held: then it was never made."""
    try:
        known = gateway.look_up(operation.operation_id)
    except OutcomeUnknown:
        return None
    if known is not None:
        return known
    if operation.type in PAYMENTS:
        card = sales.kept_card_of(operation.card)
        return sales.authorize(gateway, operation.card, card) if card else NEVER_ARRIVED
    return ask(gateway, operation)
