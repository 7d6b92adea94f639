"""Chargebacks: recorded by notice or by a person, answered, decided (STATES.md 5).

A notice is always recorded, even where it takes more than remains: the excess is shown and contested, never refused.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import transaction

from accounts import permissions
from accounts.queries import system
from core import clock
from core.actor import BRASILIA, Actor
from core.ids import random_id
from transactions.actions import receivables
from transactions.actions.changes import NO_NOTE, Note, begin, locked, record, take
from transactions.actions.follow_ups import amount_within, offered, refuse_used_id
from transactions.errors import ChargebackOpen, DisputeClosed, DisputeDeadlinePassed
from transactions.messages import chargeback_message
from transactions.models import CardPayment, Dispute, Evidence, Operation
from transactions.queries.availability import (
    card_of_payment,
    permission_for,
    undecided_dispute_of,
)
from transactions.queries.disputes import dispute_of
from transactions.states import (
    DISPUTE_TRANSITIONS,
    UNDECIDED,
    Action,
    DisputeStatus,
    DisputeType,
    OperationResult,
    OperationType,
    moved,
)

log = structlog.get_logger()

DISPUTE_ID_LENGTH = 32
BATCH = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that goes with a dispute."""

    name: str
    content_type: str
    content: bytes


def record_chargeback(
    *,
    actor: Actor,
    operation_id: str,
    amount: Decimal | None = None,
    reason_code: str = "",
    note: Note = NO_NOTE,
) -> Operation:
    """A chargeback that came outside the gateway, of at most what remains. Opens a dispute.

    Raises NotFound, OperationNotAllowed, AmountNotAllowed, ChargebackOpen, MerchantTransactionIdUsed.
    """
    with transaction.atomic():
        disputed = locked(operation_id, client_id=actor.client_id)
        permissions.require(actor, permission_for(disputed, Action.CHARGEBACK))
        refuse_used_id(disputed, note)
        amount = amount_within(offered(disputed, Action.CHARGEBACK), amount)
        dispute = _open(disputed, amount, actor=actor, reason_code=reason_code, note=note)
        if dispute.notice is None:
            raise RuntimeError(f"{dispute} of what remains has no chargeback")
        return dispute.notice


def reverse_chargeback(
    *, actor: Actor, operation_id: str, amount: Decimal | None = None, note: Note = NO_NOTE
) -> Operation:
    """The money of a chargeback came back, all of it: its dispute is won.

    Raises NotFound, OperationNotAllowed, AmountNotAllowed, MerchantTransactionIdUsed.
    """
    with transaction.atomic():
        chargeback = locked(operation_id, client_id=actor.client_id)
        permissions.require(actor, permission_for(chargeback, Action.CHARGEBACK_REVERSAL))
        refuse_used_id(chargeback, note)
        amount_within(offered(chargeback, Action.CHARGEBACK_REVERSAL), amount)
        return _win(_fresh(chargeback.opened_dispute), actor=actor, event="REVERSED", note=note)


def accept_dispute(*, actor: Actor, dispute_id: str) -> Dispute:
    """Gives the money up. Raises NotFound, DisputeClosed, DisputeDeadlinePassed."""
    found = dispute_of(actor, dispute_id)
    return _rooms[DisputeType(found.type)].accept(found, actor=actor)


def contest_dispute(*, actor: Actor, dispute_id: str, text: str, files: list[Proof]) -> Dispute:
    """Sends what speaks against the dispute. Raises NotFound, DisputeClosed, DisputeDeadlinePassed."""
    found = dispute_of(actor, dispute_id)
    return _rooms[DisputeType(found.type)].contest(found, actor=actor, text=text, files=files)


class Room(Protocol):
    """Who answers disputes of a type, each in a transaction of its own."""

    def accept(self, found: Dispute, *, actor: Actor) -> Dispute: ...

    def contest(self, found: Dispute, *, actor: Actor, text: str, files: list[Proof]) -> Dispute: ...


class Chargebacks:
    """The answers to a chargeback of a card."""

    def accept(self, found: Dispute, *, actor: Actor) -> Dispute:
        with transaction.atomic():
            dispute = _fresh(found)
            refuse_unanswerable(dispute, actor=actor)
            _lose(dispute, DisputeStatus.ACCEPTED, actor=actor)
            return dispute

    def contest(self, found: Dispute, *, actor: Actor, text: str, files: list[Proof]) -> Dispute:
        with transaction.atomic():
            dispute = _fresh(found)
            refuse_unanswerable(dispute, actor=actor)
            keep_evidence(dispute, actor=actor, text=text, files=files)
            record(_card(dispute), "dispute_contested", actor=actor, about=dispute.operation)
            return dispute


_rooms: dict[DisputeType, Room] = {DisputeType.CHARGEBACK: Chargebacks()}


def register_room(kind: DisputeType, room: Room) -> None:
    """Names who answers disputes of another type."""
    _rooms[kind] = room


def refuse_unanswerable(dispute: Dispute, *, actor: Actor) -> None:
    """Under the order's lock. Raises PermissionMissing, DisputeClosed, DisputeDeadlinePassed."""
    permissions.require(actor, permission_for(dispute.operation, Action.CHARGEBACK))
    if dispute.status != DisputeStatus.OPEN:
        raise DisputeClosed(status=DisputeStatus(dispute.status).label)
    if dispute.deadline < clock.now():
        raise DisputeDeadlinePassed


def keep_evidence(dispute: Dispute, *, actor: Actor, text: str, files: list[Proof]) -> None:
    """Writes down what is sent; the dispute is CONTESTED from now on."""
    by = {"dispute": dispute, "created_by": actor.name, "created_at": clock.now()}
    if text:
        Evidence.objects.create(text=text, **by)
    for file in files:
        Evidence.objects.create(name=file.name, content_type=file.content_type, content=file.content, **by)
    move(dispute, DisputeStatus.CONTESTED)


def handle_chargeback_notice(payload: dict[str, Any]) -> None:
    """The issuer's notice: `operationId` of the capture or sale, `caseId`, `amount`, `reasonCode`."""
    with transaction.atomic():
        disputed = locked(payload["operationId"])
        case_id, amount = payload["caseId"], Decimal(payload["amount"])
        if Dispute.objects.filter(client_id=disputed.client_id, case_id=case_id).exists():
            return
        dispute = undecided_dispute_of(disputed)
        if dispute is None:
            actor = system(disputed.order.client)
            _open(disputed, amount, actor=actor, reason_code=payload["reasonCode"], case_id=case_id)
        elif dispute.case_id or dispute.amount != amount:
            # Another case of the same payment: the notice stays stored and opens once this one is decided.
            raise ChargebackOpen(operation=str(dispute.notice or dispute))
        else:  # a person recorded it before the notice came
            dispute.case_id = case_id
            dispute.save(update_fields=["case_id"])


def handle_outcome_notice(payload: dict[str, Any]) -> None:
    """The issuer's decision: `caseId`, `won`."""
    with transaction.atomic():
        found = Dispute.objects.filter(
            case_id=payload["caseId"], operation__operation_id=payload["operationId"]
        ).first()
        if found is None:
            log.warning("a decision on an unknown chargeback", case=payload["caseId"])
            return
        dispute = _fresh(found)
        if not dispute.is_undecided:
            return
        actor = system(dispute.operation.order.client)
        if payload["won"]:
            contested = dispute.status == DisputeStatus.CONTESTED
            _win(dispute, actor=actor, event="WON" if contested else "REVERSED")
        else:
            _lose(dispute, DisputeStatus.LOST, actor=actor)


def expire_disputes() -> None:
    """What nobody answered by its deadline is lost."""
    due = Dispute.objects.filter(
        type=DisputeType.CHARGEBACK, status=DisputeStatus.OPEN, deadline__lt=clock.now()
    ).order_by("deadline")
    for found in list(due[:BATCH]):
        with transaction.atomic():
            dispute = _fresh(found)
            if dispute.status == DisputeStatus.OPEN:
                _lose(dispute, DisputeStatus.EXPIRED, actor=system(dispute.operation.order.client))


# The steps -----------------------------------------------------------------------------------------------------------


def _open(
    disputed: Operation,
    amount: Decimal,
    *,
    actor: Actor,
    reason_code: str,
    case_id: str = "",
    note: Note = NO_NOTE,
) -> Dispute:
    """The operation comes under the dispute as far as it reaches; what is beyond is excess."""
    covered = min(amount, disputed.remaining)
    notice = _chargeback(disputed, min(amount, disputed.amount - disputed.charged_back_amount), actor, note)
    moment = clock.now()
    dispute = Dispute.objects.create(
        client_id=disputed.client_id,
        dispute_id=random_id("dsp_", DISPUTE_ID_LENGTH),
        type=DisputeType.CHARGEBACK,
        operation=disputed,
        notice=notice,
        case_id=case_id,
        amount=amount,
        excess=amount - covered,
        reason_code=reason_code,
        deadline=clock.end_of_day(moment + settings.DISPUTE_DAYS, BRASILIA),
        opened_at=moment,
        updated_at=moment,
    )
    _tell(dispute, "chargeback", "OPENED", actor=actor, about=notice)
    receivables.hold(disputed, dispute, covered)
    return dispute


def _chargeback(disputed: Operation, amount: Decimal, actor: Actor, note: Note) -> Operation | None:
    if not amount:
        return None  # all of it was charged back before: the dispute stands alone
    take(disputed, "charged_back_amount", amount)
    return _recorded(disputed, OperationType.CHARGEBACK, amount, actor, note)


def _recorded(parent: Operation, kind: OperationType, amount: Decimal, actor: Actor, note: Note) -> Operation:
    return begin(
        parent.order,
        kind,
        amount,
        actor=actor,
        parent=parent,
        payment=parent.payment or parent,
        note=note,
        result=OperationResult.EXECUTED,
        settled_at=clock.now(),
    )


def _fresh(dispute: Dispute) -> Dispute:
    """The dispute as it stands under the lock of its order."""
    disputed = locked(dispute.operation.operation_id)
    dispute = Dispute.objects.select_related("notice").get(pk=dispute.pk)
    dispute.operation = disputed
    if dispute.notice:
        dispute.notice.order = disputed.order
    return dispute


def _card(dispute: Dispute) -> CardPayment:
    return card_of_payment(dispute.operation)


def move(dispute: Dispute, status: DisputeStatus) -> None:
    dispute.status = moved(DISPUTE_TRANSITIONS, DisputeStatus(dispute.status), status)
    dispute.version += 1
    dispute.updated_at = clock.now()
    if status not in UNDECIDED:
        dispute.closed_at = dispute.updated_at
    dispute.save(update_fields=["status", "version", "updated_at", "closed_at"])


def _win(dispute: Dispute, *, actor: Actor, event: str, note: Note = NO_NOTE) -> Operation:
    move(dispute, DisputeStatus.WON)
    chargeback = dispute.notice
    reversal = chargeback
    if chargeback:
        take(dispute.operation, "charged_back_amount", -chargeback.amount)
        reversal = _recorded(chargeback, OperationType.CHARGEBACK_REVERSAL, chargeback.amount, actor, note)
    _tell(dispute, "chargeback_reversed", event, actor=actor, about=reversal)
    receivables.release(dispute)
    return reversal or dispute.operation


def _lose(dispute: Dispute, status: DisputeStatus, *, actor: Actor) -> None:
    move(dispute, status)
    _tell(dispute, "chargeback_lost", "LOST", actor=actor, about=dispute.notice)
    receivables.forfeit(dispute)


def _tell(dispute: Dispute, name: str, event: str, *, actor: Actor, about: Operation | None) -> None:
    def message(card: CardPayment) -> Any:
        return chargeback_message(card, dispute, event)

    record(_card(dispute), name, actor=actor, about=about or dispute.operation, tell=message)
