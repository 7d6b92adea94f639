"""What may be done next with an operation: one function for buttons, the API's `actions` and the actions themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.permissions import FINE_PERMISSIONS, Fine, Module, fine
from core import clock
from core.actor import BRASILIA, Actor
from core.money import CENT, ZERO
from transactions.errors import OperationNotAllowed, SeveralCaptures
from transactions.models import CardPayment, Dispute, Operation
from transactions.queries.orders import card_of, operations_of, with_facts
from transactions.states import (
    TAKES_MONEY,
    Action,
    CardType,
    ContractStatus,
    OperationResult,
    OperationType,
    PaymentMethod,
)

PIX_IS_REFUNDABLE_FOR = timedelta(days=90)  # of the devolução (BCB Pix API 2.9)
MODULES = {
    PaymentMethod.PIX: Module.CHARGES,
    PaymentMethod.CARD: Module.CREDIT_CARD,
    PaymentMethod.BOLETO: Module.PAYMENT_LINK,
}
NEEDED = {
    Action.CAPTURE: Fine.CAPTURE,
    Action.CANCEL: Fine.CAPTURE,
    Action.REVERSAL: Fine.REVERSAL,
    Action.REFUND: Fine.REFUND,
    Action.CHARGEBACK: Fine.CHARGEBACK,
    Action.CHARGEBACK_REVERSAL: Fine.CHARGEBACK,
    Action.REBUILD: Fine.REBUILD,
}


@dataclass(frozen=True, slots=True)
class Available:
    """An action that is possible now, for an amount from `smallest` to `largest` reais."""

    action: Action
    smallest: Decimal
    largest: Decimal

    @property
    def is_whole(self) -> bool:
        """Whether it takes one amount only."""
        return self.smallest == self.largest


def available_operations(actor: Actor, operation: Operation) -> list[Available]:
    """The matrix of API.md 6.7, narrowed by method, status, day, what remains, and what the actor may."""
    return [each for each in possible(operation, clock.now()) if actor.may(permission_for(operation, each.action))]


def permission_for(operation: Operation, action: Action) -> str:
    """Raises OperationNotAllowed for what the payment method does not know at all, so that nobody may do it."""
    module = MODULES[PaymentMethod(operation.order.payment_method)]
    if NEEDED[action] not in FINE_PERMISSIONS[module]:
        raise OperationNotAllowed(action=action.label)
    return fine(module, NEEDED[action])


def possible(operation: Operation, moment: datetime) -> Iterator[Available]:
    """What anybody could do with the operation at a moment."""
    method = operation.order.payment_method
    if method == PaymentMethod.CARD:
        yield from _of_a_card(operation, moment)
    elif method == PaymentMethod.PIX and is_taken(operation):
        settled_at = operation.settled_at or operation.created_at
        if operation.remaining > ZERO and moment <= settled_at + PIX_IS_REFUNDABLE_FOR:
            yield Available(Action.REFUND, CENT, operation.remaining)


def way_back(actor: Actor, transaction_id: str, amount: Decimal | None) -> tuple[str, Action]:
    """The operation to undo and how, for one who only says "cancel" (API.md 6.6): an open pre-authorization is
    reversed, a whole capture or sale of today cancelled, everything else refunded. Raises SeveralCaptures."""
    card = card_of(actor, transaction_id)
    operations = list(with_facts(operations_of(card)))
    if operations[0].capturable > ZERO and card.captured_amount == ZERO:
        return transaction_id, Action.REVERSAL
    taken = [each for each in operations if is_taken(each) and each.remaining > ZERO] or operations[:1]
    if len(taken) > 1:
        raise SeveralCaptures
    whole = amount is None or amount == taken[0].amount
    can_cancel = any(each.action is Action.CANCEL for each in possible(taken[0], clock.now()))
    return taken[0].operation_id, Action.CANCEL if whole and can_cancel else Action.REFUND


def is_taken(operation: Operation) -> bool:
    """Whether it took money that has not been cancelled."""
    return operation.type in TAKES_MONEY and operation.result == OperationResult.EXECUTED


def is_of_today(operation: Operation, moment: datetime) -> bool:
    """A capture or sale can be cancelled until the end of its day in Brasília."""
    return operation.created_at.astimezone(BRASILIA).date() == moment.astimezone(BRASILIA).date()


def undecided_dispute_of(operation: Operation) -> Dispute | None:
    return next((each for each in operation.disputes.all() if each.is_undecided), None)


def card_of_payment(operation: Operation) -> CardPayment:
    return (operation.payment or operation).card


def _of_a_card(operation: Operation, moment: datetime) -> Iterator[Available]:
    if operation.capturable > ZERO:
        yield Available(Action.CAPTURE, CENT, operation.capturable)
        yield Available(Action.REVERSAL, operation.capturable, operation.capturable)
    elif is_taken(operation):
        yield from _of_taken_money(operation, moment)
    elif operation.type == OperationType.CHARGEBACK and operation.opened_dispute.is_undecided:
        yield Available(Action.CHARGEBACK_REVERSAL, operation.amount, operation.amount)


def _of_taken_money(operation: Operation, moment: datetime) -> Iterator[Available]:
    card, remaining = card_of_payment(operation), operation.remaining
    untouched = remaining == operation.amount
    if card.type == CardType.CREDIT and remaining > ZERO:
        yield Available(Action.REFUND, CENT, remaining)
    elif untouched:  # debit cards take a refund in full only
        yield Available(Action.REFUND, remaining, remaining)
    if remaining > ZERO and undecided_dispute_of(operation) is None:
        yield Available(Action.CHARGEBACK, CENT, remaining)
    if operation.type == OperationType.DEBIT and operation.parent_id is None and _may_charge_again(card):
        yield Available(Action.REBUILD, CENT, operation.amount)
    if untouched and is_of_today(operation, moment):
        yield Available(Action.CANCEL, operation.amount, operation.amount)


def _may_charge_again(card: CardPayment) -> bool:
    return card.contract is not None and card.contract.status == ContractStatus.ACTIVE
