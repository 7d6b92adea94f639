"""Returning a Pix in two steps: held under the charge's lock first, sent by a task, settled by the network's word."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import permissions
from accounts.permissions import Fine, Module
from accounts.queries import system
from charges.actions.changes import locked, move, record
from charges.errors import (
    ChargeNotPaid,
    MerchantRefundIdUsed,
    NothingLeftToRefund,
    PixNotOfThisCharge,
    RefundExceedsRemaining,
    RefundWindowClosed,
)
from charges.limits import REFUND_DESCRIPTION as DESCRIPTION
from charges.messages import refund_message
from charges.models import Charge, Payment, Refund
from charges.queries import accepted_payment_of, remaining_of, returned_of
from charges.states import (
    REFUND_TRANSITIONS,
    ChargeStatus,
    PaymentOutcome,
    RefundNature,
    RefundReason,
    RefundStatus,
)
from core import clock, money, wakeups
from core.actor import Actor
from core.ids import random_id
from core.money import CENT, ZERO
from gateways import calls
from gateways.errors import GatewayBusy, GatewayRefused, OutcomeUnknown
from gateways.protocols import PixGateway, RefundOrder, RefundOutcome
from transactions.actions import pix
from transactions.actions.changes import NO_NOTE, Note
from transactions.models import Operation
from transactions.states import AccountName
from webhooks.events import amount_fact

log = structlog.get_logger()

REFUND = permissions.fine(Module.CHARGES, Fine.REFUND)
REFUND_ID_LENGTH = 32
ENDED = ("status", "next_attempt_at", "updated_at")
# While nobody knows the outcome: asked again after 1, 5 and 15 minutes, then hourly (STATES.md 2).
LOOK_UPS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
HOURLY = timedelta(hours=1)
UNKNOWN_FOR_TOO_LONG = timedelta(hours=24)


def request_refund(
    *,
    actor: Actor,
    txid: str,
    amount: Decimal,
    description: str = "",
    end_to_end_id: str | None = None,
    merchant_refund_id: str | None = None,
    note: Note = NO_NOTE,
) -> Refund:
    """Holds `amount` reais of a Pix and has it returned. The refund is PROCESSING until the network has spoken.

    Raises ChargeNotPaid, PixNotOfThisCharge, RefundWindowClosed, RefundExceedsRemaining, MerchantRefundIdUsed.
    The 90 days and the sum are rules of the devolução (BCB Pix API 2.9).
    """
    permissions.require(actor, REFUND)
    try:
        with transaction.atomic():
            charge = locked(txid, client_id=actor.client_id)
            payment = _payment_to_return(charge, end_to_end_id)
            _refuse_used_id(actor, merchant_refund_id)
            refuse_unless_refundable(actor=actor, payment=payment, amount=amount)
            return _hold(
                charge,
                payment,
                actor=actor,
                amount=amount,
                description=description,
                merchant_refund_id=merchant_refund_id,
                note=note,
            )
    except IntegrityError:
        _refuse_used_id(actor, merchant_refund_id)  # by a refund of another charge, whose lock is not ours
        raise


def refuse_unless_refundable(*, actor: Actor, payment: Payment, amount: Decimal = CENT) -> None:
    """Whether `amount` reais of a Pix can be returned now. Raises RefundWindowClosed, RefundExceedsRemaining."""
    if clock.now() > payment.refundable_until:
        until = payment.refundable_until.astimezone(actor.zone)
        raise RefundWindowClosed(until=until.strftime("%d/%m/%Y %H:%M"))
    remaining = remaining_of(payment)
    if remaining == ZERO:
        raise NothingLeftToRefund
    if not ZERO < amount <= remaining:
        raise RefundExceedsRemaining(remaining=money.formatted(remaining))


def refund_operation(*, actor: Actor, operation: Operation, amount: Decimal, note: Note) -> Operation:
    """The same by the door of orders and operations, in the caller's transaction. Raises as `request_refund` does."""
    refund = request_refund(
        actor=actor,
        txid=operation.order.order_id,
        amount=amount,
        description=note.memo[:DESCRIPTION],
        end_to_end_id=operation.end_to_end_id,
        note=note,
    )
    return refund.operation


def return_in_full(charge: Charge, payment: Payment) -> Refund:
    """The system's own return of a Pix that did not pay its charge. The caller holds the charge's lock."""
    return _hold(charge, payment, actor=system(charge.client), amount=payment.amount, return_reason=payment.outcome)


def return_by_med(charge: Charge, payment: Payment, amount: Decimal, nature: RefundNature) -> Refund:
    """The return that a MED has brought about. The caller holds the charge's lock."""
    return _hold(charge, payment, actor=system(charge.client), amount=amount, nature=nature)


def send_waiting_refunds() -> None:
    """Sends what waits and looks up what is unknown. Several workers may run it at once: each row is leased."""
    with suppress(GatewayBusy):  # what waits was not touched: the next tick sends it
        while _send_next():
            pass


def handle_refund_notice(payload: dict[str, Any]) -> None:
    settled_at = clock.cut(datetime.fromisoformat(payload["settledAt"]))
    outcome = RefundOutcome(
        completed=payload["outcome"] == RefundStatus.COMPLETED,
        devolution_end_to_end_id=payload["devolutionEndToEndId"],
        reason=payload["reason"],
        settled_at=settled_at,
    )
    settle_refund(refund_id=payload["refundId"], outcome=outcome)


def settle_refund(*, refund_id: str, outcome: RefundOutcome) -> None:
    """Records the network's final word on a refund, once. The charge's lock comes before the refund's."""
    txid = Refund.objects.values_list("charge__txid", flat=True).filter(refund_id=refund_id).first()
    if txid is None:
        log.warning("a notice for an unknown refund", refund_id=refund_id)
        return
    with transaction.atomic():
        charge = locked(txid)
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(refund_id=refund_id)
        if refund.status != RefundStatus.PROCESSING:
            _compare(charge, refund, outcome)
        elif outcome.completed:
            _complete(charge, refund, outcome)
        else:
            _fail(charge, refund, outcome.reason)


# The steps -----------------------------------------------------------------------------------------------------------


def _payment_to_return(charge: Charge, end_to_end_id: str | None) -> Payment:
    if end_to_end_id is not None:
        payment = charge.payments.filter(end_to_end_id=end_to_end_id).first()
        if payment is None:
            raise PixNotOfThisCharge
        return payment
    payment = accepted_payment_of(charge)
    if payment is None:
        raise ChargeNotPaid
    return payment


def _refuse_used_id(actor: Actor, merchant_refund_id: str | None) -> None:
    if merchant_refund_id is None:
        return
    owner = Refund.objects.filter(client_id=actor.client_id, merchant_refund_id=merchant_refund_id).first()
    if owner is not None:
        raise MerchantRefundIdUsed(refund=owner.refund_id)


def _hold(
    charge: Charge,
    payment: Payment,
    *,
    actor: Actor,
    amount: Decimal,
    description: str = "",
    merchant_refund_id: str | None = None,
    return_reason: str = "",
    note: Note = NO_NOTE,
    nature: RefundNature = RefundNature.ORIGINAL,
) -> Refund:
    moment = clock.now()
    limit = charge.client.refund_approval_above
    is_asked_for = not return_reason and nature is RefundNature.ORIGINAL
    awaits_approval = is_asked_for and limit is not None and amount > limit
    said = Note(merchant_transaction_id=note.merchant_transaction_id, memo=note.memo or description)
    refund = Refund.objects.create(
        client_id=charge.client_id,
        charge=charge,
        payment=payment,
        operation=pix.hold_refund(
            payment.operation,
            amount=amount,
            actor=actor,
            note=said,
            awaits_approval=awaits_approval,
            source=AccountName.CASH if nature is RefundNature.ORIGINAL else AccountName.MED_BLOCKED,
            merchant_id=merchant_refund_id,
        ),
        nature=nature,
        refund_id=random_id("ref", REFUND_ID_LENGTH),
        merchant_refund_id=merchant_refund_id,
        amount=amount,
        return_reason=return_reason,
        description=description,
        awaits_approval=awaits_approval,
        next_attempt_at=None if awaits_approval else moment,
        x_transaction_id=actor.request_id,
        created_by=actor.name,
        channel=actor.channel.value,
        created_at=moment,
        updated_at=moment,
    )
    record(charge, "refund_requested", actor=actor, facts=_facts(refund))
    wakeups.after_commit("charges.tasks.send_waiting_refunds")
    return refund


def _send_next() -> bool:
    """Whether there was one. The seat comes first: what cannot be sent is not taken either. Raises GatewayBusy."""
    if not _due().exists():
        return False
    with calls.pix() as gateway:
        refund = _lease_next()
        if refund is None:
            return False
        outcome = _ask(gateway, refund)
    if outcome.completed is not None:
        settle_refund(refund_id=refund.refund_id, outcome=outcome)
    elif clock.now() - refund.created_at > UNKNOWN_FOR_TOO_LONG:
        Charge.objects.filter(pk=refund.charge_id).update(needs_attention=True)
    return True


def _due() -> QuerySet[Refund]:
    return Refund.objects.filter(status=RefundStatus.PROCESSING, next_attempt_at__lte=clock.now())


def _lease_next() -> Refund | None:
    """Takes the next refund to send or look up and moves its next attempt ahead, so that nobody else takes it."""
    with transaction.atomic():
        refund = (
            _due()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("payment", "charge")
            .order_by("next_attempt_at")
            .first()
        )
        if refund is None:
            return None
        wait = LOOK_UPS[refund.attempts] if refund.attempts < len(LOOK_UPS) else HOURLY
        refund.attempts += 1
        refund.next_attempt_at = clock.now() + wait
        refund.sent_at = refund.sent_at or clock.now()
        refund.save(update_fields=["attempts", "next_attempt_at", "sent_at"])
        return refund


def _ask(gateway: PixGateway, refund: Refund) -> RefundOutcome:
    order = RefundOrder(refund.refund_id, refund.payment.end_to_end_id, refund.amount)
    try:
        known = _found(gateway, order) if refund.attempts > 1 else None
        return known or gateway.send_refund(order)
    except OutcomeUnknown:
        return RefundOutcome(completed=None)
    except GatewayRefused as refusal:
        return RefundOutcome(completed=False, reason=refusal.reason)


def _found(gateway: PixGateway, order: RefundOrder) -> RefundOutcome | None:
    with calls.question():
        return gateway.look_up_refund(order)


def _complete(charge: Charge, refund: Refund, outcome: RefundOutcome) -> None:
    _end(refund, RefundStatus.COMPLETED)
    refund.devolution_end_to_end_id = outcome.devolution_end_to_end_id
    refund.completed_at = outcome.settled_at or clock.now()
    refund.save(update_fields=[*ENDED, "devolution_end_to_end_id", "completed_at"])
    pix.complete_refund(refund.operation, merchant_id=refund.merchant_refund_id)
    paid_the_charge = refund.payment.outcome == PaymentOutcome.ACCEPTED
    if paid_the_charge:
        whole = returned_of(refund.payment) == refund.payment.amount
        status = ChargeStatus.REFUNDED if whole else ChargeStatus.PARTIALLY_REFUNDED
        move(charge, status)
    _tell(charge, refund, "refund_completed", fields=("status",) if paid_the_charge else ())


def _fail(charge: Charge, refund: Refund, reason: str) -> None:
    _end(refund, RefundStatus.FAILED)
    refund.status_reason = reason if reason in RefundReason.values else RefundReason.OTHER
    refund.save(update_fields=[*ENDED, "status_reason"])
    pix.fail_refund(refund.operation, return_code=refund.status_reason, merchant_id=refund.merchant_refund_id)
    charge.needs_attention = True
    _tell(charge, refund, "refund_failed", fields=("needs_attention",))


def _compare(charge: Charge, refund: Refund, outcome: RefundOutcome) -> None:
    """The network's last word is said once, so a second one is a repeat, or nobody knows where the money is."""
    if outcome.completed == (refund.status == RefundStatus.COMPLETED):
        return
    log.error("a refund ended twice in different ways", refund_id=refund.refund_id, first=refund.status)
    charge.needs_attention = True
    charge.save(update_fields=["needs_attention"])


def _end(refund: Refund, status: RefundStatus) -> None:
    before = RefundStatus(refund.status)
    if status not in REFUND_TRANSITIONS[before]:
        raise ValueError(f"{before} → {status}")
    refund.status, refund.next_attempt_at, refund.updated_at = status, None, clock.now()


def _tell(charge: Charge, refund: Refund, name: str, *, fields: tuple[str, ...]) -> None:
    remaining = remaining_of(refund.payment)
    record(
        charge,
        name,
        actor=system(charge.client),
        fields=fields,
        facts=_facts(refund),
        tell=lambda changed: refund_message(changed, refund, remaining=remaining),
    )


def _facts(refund: Refund) -> dict[str, str]:
    facts = {"amount": amount_fact(refund.amount), "refundId": refund.refund_id}
    return {**facts, "reason": refund.status_reason} if refund.status_reason else facts
