"""What is done with an operation afterwards: capture, reversal, cancellation, refund, rebuild (API.md 6.7).

Cards in two steps: taken from the parent under the order's lock and committed, asked of the acquirer, settled. Other
methods are carried out by the room that registered for them.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from operator import attrgetter

from django.conf import settings
from django.db import transaction

from accounts import permissions
from accounts.models import Client
from core import clock, money
from core.actor import Actor
from core.errors import InvalidParameters
from core.idempotency import LEASE, Claim
from core.money import ZERO
from gateways import calls
from gateways.errors import OutcomeUnknown
from gateways.protocols import CardFollowUp, CardGateway, CardOutcome, CardState
from transactions.actions import receivables, sales
from transactions.actions.changes import NO_NOTE, Note, begin, locked, record, settle, take, void
from transactions.actions.sales import Instrument, SaleDraft
from transactions.errors import (
    AmountNotAllowed,
    ChargebackOpen,
    MerchantTransactionIdUsed,
    OperationNotAllowed,
    UsageForCardsOnly,
)
from transactions.messages import payment_message
from transactions.models import Operation
from transactions.queries.availability import (
    Available,
    card_of_payment,
    permission_for,
    possible,
    undecided_dispute_of,
)
from transactions.queries.orders import operation_of
from transactions.states import (
    TAKES_MONEY,
    Action,
    CardType,
    OperationChannel,
    OperationResult,
    OperationType,
    PaymentMethod,
)

OPERATION_ID = attrgetter("operation_id")
TYPES = {
    Action.CAPTURE: OperationType.CAPTURE,
    Action.REVERSAL: OperationType.REVERSAL,
    Action.CANCEL: OperationType.CANCEL,
    Action.REFUND: OperationType.REFUND,
}
# What of the parent each takes: a cancellation undoes a capture or sale as a reversal undoes an authorization.
TAKEN = {
    OperationType.CAPTURE: "captured_amount",
    OperationType.REVERSAL: "reversed_amount",
    OperationType.CANCEL: "reversed_amount",
    OperationType.REFUND: "refunded_amount",
}

Refund = Callable[..., Operation]
_refunds: dict[PaymentMethod, Refund] = {}


def register_refund(method: PaymentMethod, refund: Refund) -> None:
    """Names who gives money back on a method: `refund(actor=, operation=, amount=, note=)`, in the caller's
    transaction, returns the new operation."""
    _refunds[method] = refund


def follow_up(
    *,
    actor: Actor,
    operation_id: str,
    action: Action,
    amount: Decimal | None = None,
    note: Note = NO_NOTE,
    claim: Claim[Operation],
) -> Operation:
    """Does what `available_operations` offers; `amount` None is all that remains. An unknown outcome leaves the new
    operation PENDING.

    Raises NotFound, PermissionMissing, OperationNotAllowed, AmountNotAllowed, MerchantTransactionIdUsed,
    UsageForCardsOnly, ChargebackOpen.
    """
    parent = operation_of(actor, operation_id)
    permissions.require(actor, permission_for(parent, action))
    find = partial(operation_of, actor)
    if parent.order.payment_method != PaymentMethod.CARD:
        refund = claim.reserve(partial(_refund_elsewhere, actor, parent, action, amount, note), find, OPERATION_ID)
        with transaction.atomic():
            claim.finish(refund)
        return refund
    with calls.cards() as gateway:
        reserve = partial(reserve_follow_up, actor=actor, operation_id=operation_id, action=action)
        new = claim.reserve(partial(reserve, amount=amount, note=note), find, OPERATION_ID)
        outcome = ask(gateway, new, repeated=claim.resumed)
    with transaction.atomic():
        new = settle_follow_up(new.operation_id, outcome, actor=actor)
        claim.finish(new)
    return new


def reserve_follow_up(
    *, actor: Actor, operation_id: str, action: Action, amount: Decimal | None = None, note: Note = NO_NOTE
) -> Operation:
    """Takes the amount from the operation and writes down what is about to be asked, in the caller's transaction."""
    parent = locked(operation_id, client_id=actor.client_id)
    refuse_used_id(parent, note)
    whole = offered(parent, action)
    amount = amount_within(whole, amount)
    if action is Action.REBUILD:
        return _rebuild(parent, amount, actor=actor, note=note)
    kind = TYPES[action]
    waits = action is Action.REFUND and _needs_a_second_person(parent.order.client, amount)
    take(parent, TAKEN[kind], amount)
    return begin(
        parent.order,
        kind,
        amount,
        actor=actor,
        parent=parent,
        payment=parent.payment or parent,
        note=note,
        awaits_approval=waits,
        next_look_up_at=None if waits else clock.now() + LEASE,
    )


def offered(operation: Operation, action: Action) -> Available:
    """The action as it is possible now, whoever asks. Raises OperationNotAllowed or ChargebackOpen."""
    found = next((each for each in possible(operation, clock.now()) if each.action is action), None)
    if found is not None:
        return found
    dispute = undecided_dispute_of(operation) if action is Action.CHARGEBACK else None
    if dispute and dispute.notice:
        raise ChargebackOpen(operation=dispute.notice.operation_id)
    raise OperationNotAllowed(action=action.label)


def amount_within(offer: Available, amount: Decimal | None) -> Decimal:
    """All that is possible, or the amount asked for. Raises AmountNotAllowed; a reversal takes no amount."""
    if amount is None:
        return offer.largest
    if not offer.smallest <= amount <= offer.largest:
        raise AmountNotAllowed(
            f"amount: {amount}",
            action=offer.action.label,
            smallest=money.formatted(offer.smallest),
            largest=money.formatted(offer.largest),
        )
    return amount


def ask(gateway: CardGateway, operation: Operation, *, repeated: bool = False) -> CardOutcome | None:
    """The acquirer's word on a reserved operation; None when it is not known, or a second person is waited for."""
    if operation.awaits_approval or operation.result != OperationResult.PENDING or operation.parent is None:
        return None
    if operation.type == OperationType.DEBIT:
        return sales.authorize(gateway, operation.card, sales.kept_card_of(operation.card), repeated=repeated)
    order = CardFollowUp(operation.operation_id, operation.parent.operation_id, operation.amount)
    call = {
        OperationType.CAPTURE: gateway.capture,
        OperationType.REVERSAL: gateway.void,
        OperationType.CANCEL: gateway.void,
        OperationType.REFUND: gateway.refund,
    }[OperationType(operation.type)]
    try:
        known = gateway.look_up(operation.operation_id) if repeated else None
        return known or call(order)
    except OutcomeUnknown:
        return None


def settle_follow_up(operation_id: str, outcome: CardOutcome | None, *, actor: Actor) -> Operation:
    """Writes down what the acquirer said, once, in the caller's transaction."""
    operation = locked(operation_id)
    if operation.type == OperationType.DEBIT:
        return sales.settle_sale(operation.card, outcome, actor=actor).operation
    if operation.result != OperationResult.PENDING or operation.awaits_approval:
        return operation
    if outcome is None:
        operation.next_look_up_at = clock.now() + settings.CARD_LOOK_UPS[0]
        operation.save(update_fields=["next_look_up_at"])
        return operation
    said = {
        "nsu": outcome.nsu,
        "authorization_code": outcome.authorization_code,
        "return_code": outcome.return_code,
    }
    if outcome.state is CardState.APPROVED:
        _execute(operation, said, actor=actor)
    else:
        _fail(operation, said, actor=actor)
    return operation


def do_now(gateway: CardGateway, parent: Operation, action: Action, *, actor: Actor) -> Operation:
    """The same by the system or inside another action: reserved, asked, settled, for all that remains."""
    with transaction.atomic():
        new = reserve_follow_up(actor=actor, operation_id=parent.operation_id, action=action)
    outcome = ask(gateway, new)
    with transaction.atomic():
        return settle_follow_up(new.operation_id, outcome, actor=actor)


# The steps -----------------------------------------------------------------------------------------------------------


def _refund_elsewhere(actor: Actor, parent: Operation, action: Action, amount: Decimal | None, note: Note) -> Operation:
    """Money goes back on another rail than the cards'. Its room takes its own lock first, and judges again under it."""
    if note.usage:
        raise UsageForCardsOnly("usage")
    refuse_used_id(parent, note)
    amount = amount_within(offered(parent, action), amount)
    return _refunds[PaymentMethod(parent.order.payment_method)](actor=actor, operation=parent, amount=amount, note=note)


def refuse_used_id(parent: Operation, note: Note) -> None:
    wanted = note.merchant_transaction_id
    if wanted is None:
        return
    owner = Operation.objects.filter(client_id=parent.client_id, merchant_transaction_id=wanted).first()
    if owner is not None:
        raise MerchantTransactionIdUsed(f"merchantTransactionId: {wanted}", operation=owner.operation_id)


def _needs_a_second_person(client: Client, amount: Decimal) -> bool:
    limit = client.refund_approval_above
    return limit is not None and amount > limit


def _rebuild(parent: Operation, amount: Decimal, *, actor: Actor, note: Note) -> Operation:
    """Charges the kept card again: a payment of its own, at sight, without its holder."""
    before = card_of_payment(parent)
    draft = SaleDraft(
        amount=amount,
        type=CardType(before.type),
        soft_descriptor=before.soft_descriptor,
        user_reference=before.user_reference,
    )
    instrument = Instrument(contract=before.contract)
    payment = sales.reserve_sale(
        actor=actor,
        draft=draft,
        instrument=instrument,
        channel=OperationChannel.BACKOFFICE,
        parent=parent,
        note=note,
    )
    return payment.operation


def _execute(operation: Operation, said: dict[str, str], *, actor: Actor) -> None:
    parent, card = _parent(operation), card_of_payment(operation)
    settle(operation, OperationResult.EXECUTED, **said)
    if operation.type in (OperationType.REVERSAL, OperationType.CANCEL) and parent.reversed_amount == parent.amount:
        void(parent)
    if parent.type == OperationType.PREAUTHORIZATION and parent.capturable == ZERO:
        card.captures_until = None
    name = NAMES[OperationType(operation.type)]
    record(card, name, actor=actor, about=operation, tell=lambda changed: payment_message(changed, operation))
    if operation.type == OperationType.CAPTURE:
        receivables.schedule(operation, card)
    elif parent.type in TAKES_MONEY:
        receivables.give_back(parent, operation.amount, because=operation)


NAMES = {
    OperationType.CAPTURE: "captured",
    OperationType.REVERSAL: "reversed",
    OperationType.CANCEL: "cancelled",
    OperationType.REFUND: "refunded",
}


def _fail(operation: Operation, said: dict[str, str], *, actor: Actor) -> None:
    """The amount is free again. A capture is declined; what would give money back has failed."""
    declined = operation.type == OperationType.CAPTURE
    settle(operation, OperationResult.DECLINED if declined else OperationResult.FAILED, **said)
    take(_parent(operation), TAKEN[OperationType(operation.type)], -operation.amount)
    record(card_of_payment(operation), f"{operation.type.lower()}_failed", actor=actor, about=operation)


def _parent(operation: Operation) -> Operation:
    if operation.parent is None:
        raise InvalidParameters(f"{operation} has no parent")
    return operation.parent
