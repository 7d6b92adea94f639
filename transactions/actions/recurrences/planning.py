"""Planning the charges of a kept card, and ending them (API.md 6.6; STATES.md 6)."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from operator import attrgetter

from django.db import transaction

from accounts import permissions
from accounts.permissions import Fine, Module
from accounts.queries import client_of
from core import clock
from core.actor import Actor
from core.cards import Card
from core.errors import NotFound
from core.idempotency import Claim
from core.ids import random_id
from gateways import abecs, calls
from gateways.protocols import CardGateway
from transactions.actions import follow_ups, kept_cards, sales
from transactions.actions.recurrences.changes import ID_LENGTH, announce, end, go_on, locked, move, plan
from transactions.actions.recurrences.charging import ORIGIN, charge
from transactions.actions.sales import Instrument, SaleDraft
from transactions.errors import CardNotVerified, RecurrenceEnded, ScheduleNotOpen
from transactions.models import Contract, Recurrence, Schedule
from transactions.queries.contracts import recurrence_of
from transactions.recurring import KEPT_AHEAD
from transactions.states import (
    Action,
    CardStatus,
    ContractStatus,
    Frequency,
    RecurrenceStatus,
    RecurrenceType,
    ScheduleStatus,
)

WRITE = permissions.fine(Module.CREDIT_CARD, Fine.WRITE)
RECURRENCE_ID = attrgetter("recurrence_id")
VALIDATION_AMOUNT = Decimal("5.00")


@dataclass(frozen=True, slots=True)
class RecurrenceDraft:
    """`installments` charges of `amount` reais, none counts until it is cancelled."""

    type: RecurrenceType
    frequency: Frequency
    starts_on: date
    amount: Decimal
    installments: int | None
    customer_name: str
    customer_document: str
    maximum_failed_attempts: int = 3
    description: str = ""
    user_reference: str = ""


def create_recurrence(
    *,
    actor: Actor,
    draft: RecurrenceDraft,
    instrument: Instrument,
    validate_card: bool = False,
    claim: Claim[Recurrence],
) -> Recurrence:
    """Keeps the card, plans the charges, and makes the first one when it is due today. A first charge that is denied is
    an answer: the recurrence is CANCELLED. `validate_card` has a card for later charged R$ 5.00, which are cancelled.

    Raises CardNotUsable, CardNotVerified, and Unavailable when nobody knows whether the card was kept.
    """
    permissions.require(actor, WRITE)
    with calls.cards() as gateway:
        recurrence = claim.reserve(partial(_reserve, actor, draft, instrument), _find, RECURRENCE_ID)
        is_today = draft.starts_on <= clock.today(actor.zone)
        if not recurrence.version:
            _secure_card(gateway, recurrence, instrument.card, actor=actor, charge_it=validate_card and not is_today)
            recurrence = _start(recurrence, actor=actor)
        first = recurrence.schedules.order_by("number").first()
        if is_today and first and first.status == ScheduleStatus.SCHEDULED:
            charge(gateway, first, actor=actor, card=instrument.card, is_first=True)
    with transaction.atomic():
        recurrence = locked(recurrence)
        claim.finish(recurrence)
    return recurrence


def cancel_recurrence(*, actor: Actor, recurrence_id: str) -> Recurrence:
    """Ends it now; a charge that is under way is still written down. Raises NotFound, RecurrenceEnded."""
    permissions.require(actor, WRITE)
    with transaction.atomic():
        recurrence = locked(recurrence_of(actor, recurrence_id))
        _refuse_ended(recurrence)
        end(recurrence, RecurrenceStatus.CANCELLED, reason="CANCELLED_BY_MERCHANT", actor=actor)
        return recurrence


def cancel_schedule(*, actor: Actor, recurrence_id: str, schedule_id: str) -> Schedule:
    """Leaves one charge out; the others do not move. Raises NotFound, RecurrenceEnded, ScheduleNotOpen."""
    permissions.require(actor, WRITE)
    with transaction.atomic():
        recurrence = locked(recurrence_of(actor, recurrence_id))
        schedule = recurrence.schedules.filter(schedule_id=schedule_id).first()
        if schedule is None:
            raise NotFound
        _refuse_ended(recurrence)
        if schedule.status != ScheduleStatus.SCHEDULED or schedule.is_charging:
            raise ScheduleNotOpen(status=ScheduleStatus(schedule.status).label)
        move(schedule, ScheduleStatus.CANCELLED)
        announce(recurrence, "schedule_cancelled", actor=actor, schedule=schedule)
        go_on(recurrence, actor=actor)
        return schedule


def end_recurrences_of(contract: Contract, *, actor: Actor) -> None:
    """Ends what charges this card, in the caller's transaction: its contract ended or its token was deleted."""
    for found in contract.recurrences.filter(status=RecurrenceStatus.ACTIVE, version__gt=0).order_by("pk"):
        recurrence = locked(found)
        if recurrence.status == RecurrenceStatus.ACTIVE:
            end(recurrence, RecurrenceStatus.CANCELLED, reason="CONTRACT_DEACTIVATED", actor=actor)


def _find(recurrence_id: str) -> Recurrence:
    return Recurrence.objects.select_related("client", "contract").get(recurrence_id=recurrence_id)


def _reserve(actor: Actor, draft: RecurrenceDraft, instrument: Instrument) -> Recurrence:
    moment = clock.now()
    if instrument.contract:
        kept_cards.usable(instrument.contract)
    return Recurrence.objects.create(
        **asdict(draft),
        client=client_of(actor),
        recurrence_id=random_id("rec_", ID_LENGTH),
        contract=instrument.contract or _contract_for(actor, draft, instrument),
        created_by=actor.name,
        door=actor.channel.value,
        created_at=moment,
        updated_at=moment,
    )


def _contract_for(actor: Actor, draft: RecurrenceDraft, instrument: Instrument) -> Contract:
    shown = instrument.shown
    customer_id = instrument.keep_for or draft.customer_document
    return kept_cards.new_contract(
        actor=actor, brand=shown["brand"], last4=shown["last4"], customer_id=customer_id, consent=instrument.consent
    )


def _secure_card(
    gateway: CardGateway, recurrence: Recurrence, card: Card | None, *, actor: Actor, charge_it: bool
) -> None:
    """Has a typed card kept, and shows whether it can be charged: by a sale that is cancelled at once, by the first
    charge when that is due today, or by a zero-value verification."""
    contract = recurrence.contract
    if card and contract.status == ContractStatus.NEW:
        is_later = recurrence.starts_on > clock.today(actor.zone)
        kept = kept_cards.have_kept(gateway, contract, card, verify=is_later and not charge_it)
        with transaction.atomic():
            kept_cards.activate(contract, kept, actor=actor)
    if charge_it:
        _charge_and_cancel(gateway, recurrence, card, actor=actor)


def _charge_and_cancel(gateway: CardGateway, recurrence: Recurrence, card: Card | None, *, actor: Actor) -> None:
    """Raises CardNotVerified."""
    draft = SaleDraft(
        amount=VALIDATION_AMOUNT,
        order_id=f"{recurrence.recurrence_id}_v",
        customer_name=recurrence.customer_name,
        customer_document=recurrence.customer_document,
        origin=ORIGIN,
    )
    with transaction.atomic():
        payment = sales.reserve_sale(actor=actor, draft=draft, instrument=Instrument(contract=recurrence.contract))
    outcome = sales.authorize(gateway, payment, card or sales.kept_card_of(payment))
    with transaction.atomic():
        payment = sales.settle_sale(payment, outcome, actor=actor)
    if payment.status != CardStatus.APPROVED:
        code = payment.operation.return_code
        raise CardNotVerified(reason=abecs.meaning(payment.brand, code).text)
    follow_ups.do_now(gateway, payment.operation, Action.CANCEL, actor=actor)


def _start(recurrence: Recurrence, *, actor: Actor) -> Recurrence:
    """Plans the charges, once."""
    with transaction.atomic():
        recurrence = locked(recurrence)
        if not recurrence.version:
            plan(recurrence, recurrence.installments or KEPT_AHEAD)
            announce(recurrence, "created", actor=actor)
        return recurrence


def _refuse_ended(recurrence: Recurrence) -> None:
    if recurrence.status != RecurrenceStatus.ACTIVE:
        raise RecurrenceEnded(status=RecurrenceStatus(recurrence.status).label)
