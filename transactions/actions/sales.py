"""A sale by card in two steps: reserved and committed, authorized by the acquirer, settled (API.md 6.6).

The card as it was typed lives in the caller's memory alone. What is written down is its brand and last four digits.
"""

import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import permissions
from accounts.permissions import Fine, Module
from accounts.queries import client_of
from core import cards as card_rules
from core import clock, money
from core.actor import BRASILIA, Actor
from core.at_hand import remember
from core.cards import Brand, Card
from core.idempotency import LEASE, Claim
from gateways import calls
from gateways.errors import OutcomeUnknown
from gateways.protocols import Authorization, CardGateway, CardOutcome, CardState, StoredCard
from transactions.actions import receivables
from transactions.actions.changes import NO_NOTE, Note, begin, locked_order, locked_payment, record, settle
from transactions.actions.kept_cards import NO_CONSENT, Consent, open_contract, stored_card_of, usable
from transactions.errors import (
    AuthenticationRequired,
    InstallmentsNotPossible,
    InstallmentTooSmall,
    OrderAlreadyPaid,
    OrderOfAnotherMethod,
)
from transactions.messages import payment_message
from transactions.models import CardPayment, Contract, Operation, Order
from transactions.queries.orders import card_of
from transactions.states import (
    PAYMENTS,
    CardStatus,
    CardType,
    OperationChannel,
    OperationResult,
    OperationType,
    PaymentMethod,
    PaymentType,
)

WRITE = permissions.fine(Module.CREDIT_CARD, Fine.WRITE)
AT_SIGHT_ONLY = (Brand.DINERS, Brand.JCB)
TRANSACTION_ID = attrgetter("operation.operation_id")


@dataclass(frozen=True, slots=True)
class SaleDraft:
    """What is sold. `amount` in reais; `order_id` None makes a new one; `capture` False is a pre-authorization."""

    amount: Decimal
    installments: int = 1
    payment_type: PaymentType = PaymentType.AT_SIGHT
    capture: bool = True
    type: CardType = CardType.CREDIT
    order_id: str | None = None
    customer_name: str = ""
    customer_document: str = ""
    customer_email: str = ""
    soft_descriptor: str = ""
    description: str = ""
    user_reference: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """With what is paid: a card as it was typed, or a contract whose card the acquirer keeps. `keep_for` names the
    customer for whom a typed card is kept; `consent` is what the holder agreed to."""

    card: Card | None = field(default=None, repr=False)
    contract: Contract | None = None
    keep_for: str = ""
    consent: Consent = NO_CONSENT

    @property
    def shown(self) -> dict[str, str]:
        """All that is written down of it."""
        if self.contract:
            names = ("brand", "last4", "holder_name", "expires")
            return {name: getattr(self.contract, name) for name in names}
        card = self.card
        if card is None or card.brand is None:
            raise ValueError("neither a card of a known brand nor a contract")
        return {
            "brand": card.brand.value,
            "last4": card.last4,
            "holder_name": card.holder_name,
            "expires": card.expires,
        }


def pay(*, actor: Actor, draft: SaleDraft, instrument: Instrument, claim: Claim[CardPayment]) -> CardPayment:
    """Makes a sale and asks the acquirer for it. A decline is an answer, not an error; an unknown outcome leaves the
    payment PENDING and is looked up by a task.

    Raises OrderAlreadyPaid, OrderOfAnotherMethod, InstallmentTooSmall, InstallmentsNotPossible,
    AuthenticationRequired, CardNotUsable, and Unavailable before anything was written.
    """
    permissions.require(actor, WRITE)
    with calls.cards() as gateway:
        reserve = partial(reserve_sale, actor=actor, draft=draft, instrument=instrument)
        payment = claim.reserve(reserve, partial(card_of, actor), TRANSACTION_ID)
        if payment.operation.result != OperationResult.PENDING:
            outcome, kept = None, None
        else:
            kept = _keep(gateway, payment, instrument)
            outcome = authorize(gateway, payment, kept or instrument.card, repeated=claim.resumed)
    with transaction.atomic():
        payment = settle_sale(payment, outcome, actor=actor)
        if kept and payment.contract is None and payment.status != CardStatus.DENIED:
            payment.contract = open_contract(
                kept, customer_id=instrument.keep_for, consent=instrument.consent, actor=actor
            )
            payment.save(update_fields=["contract"])
        claim.finish(payment)
    return payment


def reserve_sale(
    *,
    actor: Actor,
    draft: SaleDraft,
    instrument: Instrument,
    channel: OperationChannel = OperationChannel.ECOMMERCE,
    parent: Operation | None = None,
    note: Note = NO_NOTE,
) -> CardPayment:
    """Writes down what is about to be asked, in the caller's transaction. Raises as `pay` does."""
    shown = instrument.shown
    if instrument.contract:
        usable(instrument.contract)
    _refuse_by_card(draft, shown["brand"], channel)
    order = locked_order(parent.order) if parent else _order_for(actor, draft, channel)
    kind = OperationType.DEBIT if draft.capture else OperationType.PREAUTHORIZATION
    operation = begin(
        order,
        kind,
        draft.amount,
        actor=actor,
        channel=channel,
        parent=parent,
        note=note,
        payment_circuit=shown["brand"],
        payment_instrument=card_rules.masked(shown["last4"]),
        additional_data=instrument.consent.facts,
        next_look_up_at=clock.now() + LEASE,
    )
    if order.order_id != draft.order_id:  # made for this sale: nobody else knows it, nothing else is on it
        remember(order, "operations", [operation])
    remember(operation, "followers", [])
    remember(operation, "receivables", [])
    return CardPayment.objects.create(
        client_id=order.client_id,
        operation=operation,
        contract=instrument.contract,
        amount=draft.amount,
        type=draft.type,
        payment_type=draft.payment_type,
        installments=draft.installments,
        soft_descriptor=draft.soft_descriptor,
        user_reference=draft.user_reference,
        origin=draft.origin,
        created_at=operation.created_at,
        updated_at=operation.created_at,
        **shown,
    )


def authorize(
    gateway: CardGateway, payment: CardPayment, card: Card | StoredCard | None, *, repeated: bool = False
) -> CardOutcome | None:
    """The acquirer's word, None when it is not known. A repeated attempt looks first and never sends blindly."""
    operation = payment.operation
    try:
        known = gateway.look_up(operation.operation_id) if repeated else None
        return known or (gateway.authorize(_order_to_gateway(payment, card)) if card else None)
    except OutcomeUnknown:
        return None


def settle_sale(payment: CardPayment, outcome: CardOutcome | None, *, actor: Actor, later: bool = False) -> CardPayment:
    """Writes down what the acquirer said, once, in the caller's transaction. `later`: by look-up or notice, when
    merchants are told of a denial too."""
    payment = locked_payment(payment)
    operation = payment.operation
    if operation.result != OperationResult.PENDING:
        return payment
    if outcome is None:
        operation.next_look_up_at = clock.now() + settings.CARD_LOOK_UPS[0]
        operation.save(update_fields=["next_look_up_at"])
        return payment
    if outcome.state is CardState.UNDER_REVIEW:
        _review(payment, outcome, actor=actor)
    elif outcome.state is CardState.APPROVED:
        _approve(payment, outcome, actor=actor)
    else:
        _deny(payment, outcome, actor=actor, tell=later)
    return payment


def kept_card_of(payment: CardPayment) -> StoredCard | None:
    """The card of a payment as the acquirer keeps it; None when it was typed for this payment alone."""
    return stored_card_of(payment.contract) if payment.contract else None


# The steps -----------------------------------------------------------------------------------------------------------


def _refuse_by_card(draft: SaleDraft, brand: str, channel: OperationChannel) -> None:
    if draft.type == CardType.DEBIT and channel == OperationChannel.ECOMMERCE:
        raise AuthenticationRequired
    if draft.installments > 1 and brand in AT_SIGHT_ONLY:
        raise InstallmentsNotPossible(f"numberInstallments: {draft.installments}", brand=brand)
    smallest: Decimal = settings.SMALLEST_INSTALLMENT
    if draft.installments > 1 and money.parts(draft.amount, draft.installments)[-1] < smallest:
        raise InstallmentTooSmall(f"numberInstallments: {draft.installments}", smallest=money.formatted(smallest))


def _order_for(actor: Actor, draft: SaleDraft, channel: OperationChannel) -> Order:
    """A new order that is not written yet, or one of which nothing was authorized, captured or is pending, under its
    lock."""
    facts: dict[str, Any] = {
        "amount": draft.amount,
        "channel": channel,
        "description": draft.description,
        "user_reference": draft.user_reference,
        "customer_name": draft.customer_name,
        "customer_document": draft.customer_document,
        "customer_email": draft.customer_email,
    }
    moment, client = clock.now(), client_of(actor)
    made = {"payment_method": PaymentMethod.CARD, "created_at": moment, "updated_at": moment, **facts}
    if draft.order_id is None:  # nobody else knows this id: there is nothing to wait for
        return Order(client=client, order_id=f"ord_{secrets.token_hex(14)}", **made)
    order, new = Order.objects.get_or_create(client=client, order_id=draft.order_id, defaults=made)
    order = locked_order(order)
    if not new:
        _refuse_taken(order)
        for name, value in facts.items():
            setattr(order, name, value)
        order.save(update_fields=list(facts))
    return order


def _refuse_taken(order: Order) -> None:
    if order.payment_method != PaymentMethod.CARD:
        raise OrderOfAnotherMethod(order=order.order_id)
    taken = {OperationResult.PENDING, OperationResult.AUTHORIZED, OperationResult.EXECUTED, OperationResult.VOIDED}
    if order.operations.filter(type__in=PAYMENTS, result__in=taken).exists():
        raise OrderAlreadyPaid(f"orderId: {order.order_id}", order=order.order_id)


def _keep(gateway: CardGateway, payment: CardPayment, instrument: Instrument) -> StoredCard | None:
    """The card as the acquirer keeps it: of the contract, or kept now because the holder asked for it."""
    if instrument.contract:
        return stored_card_of(instrument.contract)
    if not instrument.keep_for or instrument.card is None:
        return None
    try:
        return gateway.tokenize(instrument.card, reference=payment.operation.operation_id)
    except OutcomeUnknown:
        return None  # the sale goes on; the customer's card is simply not kept


def _order_to_gateway(payment: CardPayment, card: Card | StoredCard) -> Authorization:
    return Authorization(
        operation_id=payment.operation.operation_id,
        amount=payment.amount,
        card=card,
        installments=payment.installments,
        payment_type=payment.payment_type,
        capture=payment.operation.type == OperationType.DEBIT,
        soft_descriptor=payment.soft_descriptor,
        merchant_initiated=not isinstance(card, Card),
    )


def _said(outcome: CardOutcome) -> dict[str, str]:
    return {
        "nsu": outcome.nsu,
        "authorization_code": outcome.authorization_code,
        "return_code": outcome.return_code,
    }


def _approve(payment: CardPayment, outcome: CardOutcome, *, actor: Actor) -> None:
    operation = payment.operation
    is_sale = operation.type == OperationType.DEBIT
    settle(operation, OperationResult.EXECUTED if is_sale else OperationResult.AUTHORIZED, **_said(outcome))
    payment.approved_at = operation.settled_at
    if not is_sale:
        payment.captures_until = clock.end_of_day(clock.now() + settings.CAPTURE_WINDOW, BRASILIA)
    record(payment, "approved", actor=actor, tell=lambda card: payment_message(card, operation))
    if is_sale:
        receivables.schedule(operation, payment)


def _review(payment: CardPayment, outcome: CardOutcome, *, actor: Actor) -> None:
    operation = payment.operation
    if operation.under_review:
        return
    seen = {**_said(outcome), "under_review": True, "next_look_up_at": None, "updated_at": clock.now()}
    for name, value in seen.items():
        setattr(operation, name, value)
    operation.save(update_fields=list(seen))
    record(payment, "under_review", actor=actor)


def _deny(payment: CardPayment, outcome: CardOutcome, *, actor: Actor, tell: bool) -> None:
    """A payment that the review refused was authorized before: the acquirer gives the money back to its holder."""
    operation = payment.operation
    was_reviewed = operation.under_review
    settle(operation, OperationResult.DECLINED, **_said(outcome))
    if was_reviewed:
        begin(
            operation.order,
            OperationType.REVERSAL,
            operation.amount,
            actor=actor,
            parent=operation,
            payment=operation,
            result=OperationResult.EXECUTED,
            settled_at=clock.now(),
        )
    record(payment, "denied", actor=actor, tell=(lambda card: payment_message(card, operation)) if tell else None)
