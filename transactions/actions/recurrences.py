"""Charging a kept card again and again: planned by a merchant, charged by a task, ended by either (STATES.md 6).

The recurrence is the lock of its schedules, taken before any order's.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice, takewhile
from operator import attrgetter

from django.db import transaction
from django.db.models import Max

from accounts import permissions
from accounts.permissions import Fine, Module
from accounts.queries import client_of, system
from core import cards as card_rules
from core import clock
from core.actor import Actor
from core.cards import Brand, Card
from core.errors import NotFound
from core.idempotency import LEASE, Claim
from core.ids import random_id
from gateways import abecs, calls, retries
from gateways.errors import GatewayBusy
from gateways.protocols import CardGateway
from transactions.actions import follow_ups, kept_cards, sales
from transactions.actions.sales import Instrument, SaleDraft
from transactions.errors import CardNotVerified, RecurrenceEnded, ScheduleNotOpen
from transactions.messages import recurring_message
from transactions.models import CardPayment, Contract, Recurrence, Schedule
from transactions.queries.contracts import recurrence_of
from transactions.recurring import KEPT_AHEAD, RETRIES, days
from transactions.states import (
    RECURRENCE_TRANSITIONS,
    SCHEDULE_TRANSITIONS,
    Action,
    CardStatus,
    ContractStatus,
    Frequency,
    OperationChannel,
    RecurrenceStatus,
    RecurrenceType,
    ScheduleStatus,
    moved,
)
from webhooks.events import Change, publish

WRITE = permissions.fine(Module.CREDIT_CARD, Fine.WRITE)
RECURRENCE_ID = attrgetter("recurrence_id")
ID_LENGTH = 32
ORIGIN = "RECURRENCE"
VALIDATION_AMOUNT = Decimal("5.00")
A_MINUTE, A_DAY, MONTH = timedelta(minutes=1), timedelta(days=1), timedelta(days=30)
UNDECIDED = (CardStatus.PENDING, CardStatus.UNDER_REVIEW)


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
        _move(schedule, ScheduleStatus.CANCELLED)
        _announce(recurrence, "schedule_cancelled", actor=actor, schedule=schedule)
        _go_on(recurrence, actor=actor)
        return schedule


def end_recurrences_of(contract: Contract, *, actor: Actor) -> None:
    """Ends what charges this card, in the caller's transaction: its contract ended or its token was deleted."""
    for found in contract.recurrences.filter(status=RecurrenceStatus.ACTIVE, version__gt=0).order_by("pk"):
        recurrence = locked(found)
        if recurrence.status == RecurrenceStatus.ACTIVE:
            end(recurrence, RecurrenceStatus.CANCELLED, reason="CONTRACT_DEACTIVATED", actor=actor)


def charge_due() -> None:
    """Charges what is due and writes down what has become of earlier charges. Several workers may run it at once."""
    while (schedule := _lease_next()) is not None:
        try:
            with calls.cards() as gateway:
                charge(gateway, schedule, actor=system(schedule.recurrence.client))
        except GatewayBusy:
            return  # the row's own time comes again


def charge(
    gateway: CardGateway, schedule: Schedule, *, actor: Actor, card: Card | None = None, is_first: bool = False
) -> None:
    """Makes one charge, or concludes one that is under way. `card` is the card as it was typed, if it just was."""
    payment = _begin(schedule, actor=actor, is_first=is_first)
    if payment is None:
        return
    outcome = None
    if payment.status == CardStatus.PENDING and payment.operation.look_ups == 0:
        outcome = sales.authorize(gateway, payment, card or sales.kept_card_of(payment), repeated=not is_first)
    with transaction.atomic():
        recurrence = locked(schedule.recurrence)
        payment = sales.settle_sale(payment, outcome, actor=actor)
        schedule = recurrence.schedules.get(pk=schedule.pk)
        _conclude(recurrence, schedule, payment, actor=actor, is_first=is_first)


# The steps -----------------------------------------------------------------------------------------------------------


def locked(recurrence: Recurrence) -> Recurrence:
    rows = Recurrence.objects.select_for_update(of=("self",)).select_related("client", "contract")
    return rows.get(pk=recurrence.pk)


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
        actor, shown["brand"], shown["last4"], customer_id=customer_id, consent=instrument.consent
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
            _plan(recurrence, recurrence.installments or KEPT_AHEAD)
            _announce(recurrence, "created", actor=actor)
        return recurrence


def _plan(recurrence: Recurrence, until: int) -> None:
    """Schedules up to that number, after those there are."""
    last = recurrence.schedules.aggregate(last=Max("number"))["last"] or 0
    dates = islice(days(recurrence.starts_on, Frequency(recurrence.frequency)), last, until)
    moment = clock.now()
    Schedule.objects.bulk_create(
        Schedule(
            client_id=recurrence.client_id,
            recurrence=recurrence,
            schedule_id=random_id("sch_", ID_LENGTH),
            number=number,
            on=day,
            amount=recurrence.amount,
            due_at=clock.day_start(day, recurrence.client.zone),
            updated_at=moment,
        )
        for number, day in enumerate(dates, start=last + 1)
    )


def _lease_next() -> Schedule | None:
    """The next schedule to look at, its time moved ahead so that nobody else takes it."""
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recurrence__client")
            .filter(status=ScheduleStatus.SCHEDULED, due_at__lte=clock.now(), recurrence__client__is_active=True)
            .order_by("due_at", "id")
            .first()
        )
        if schedule is not None:
            schedule.due_at = clock.now() + LEASE
            schedule.save(update_fields=["due_at"])
        return schedule


def _begin(schedule: Schedule, *, actor: Actor, is_first: bool) -> CardPayment | None:
    """The payment of this charge: reserved now, or the one that is under way. None when there is none to make."""
    with transaction.atomic():
        recurrence = locked(schedule.recurrence)
        schedule = recurrence.schedules.select_related("payment__operation", "payment__contract").get(pk=schedule.pk)
        if schedule.status != ScheduleStatus.SCHEDULED:
            return None
        if schedule.is_charging:
            return schedule.payment
        if recurrence.status != RecurrenceStatus.ACTIVE or not _may_charge(recurrence, schedule, actor=actor):
            return None
        schedule.payment = sales.reserve_sale(
            actor=actor,
            draft=_sale_of(recurrence, schedule),
            instrument=Instrument(contract=recurrence.contract),
            channel=OperationChannel.ECOMMERCE if is_first else OperationChannel.BACKOFFICE,
        )
        schedule.is_charging, schedule.due_at = True, clock.now() + LEASE
        schedule.save(update_fields=["payment", "is_charging", "due_at"])
        return schedule.payment


def _sale_of(recurrence: Recurrence, schedule: Schedule) -> SaleDraft:
    """The order is the schedule: it can be paid once, whatever dies in between."""
    return SaleDraft(
        amount=schedule.amount,
        order_id=schedule.schedule_id,
        customer_name=recurrence.customer_name,
        customer_document=recurrence.customer_document,
        description=recurrence.description,
        user_reference=recurrence.user_reference,
        origin=ORIGIN,
    )


def _may_charge(recurrence: Recurrence, schedule: Schedule, *, actor: Actor) -> bool:
    """Whether the card is good and its brand lets it be tried once more (Visa and Mastercard count attempts)."""
    contract = recurrence.contract
    if card_rules.has_expired(contract.expires, clock.today(recurrence.client.zone)):
        end(recurrence, RecurrenceStatus.DISABLED_EXPIRED_CARD, reason="CARD_EXPIRED", actor=actor)
        return False
    tried = CardPayment.objects.filter(contract=contract, amount=schedule.amount, status=CardStatus.DENIED)
    moments = tried.filter(created_at__gte=clock.now() - MONTH).values_list("created_at", flat=True)
    if retries.may_try(Brand(contract.brand), moments, clock.now()):
        return True
    schedule.due_at = clock.now() + A_DAY
    schedule.save(update_fields=["due_at"])
    return False


def _conclude(
    recurrence: Recurrence, schedule: Schedule, payment: CardPayment, *, actor: Actor, is_first: bool
) -> None:
    """What became of a charge, under the recurrence's lock. One that is unknown is asked for again in a minute."""
    if schedule.status != ScheduleStatus.SCHEDULED or not schedule.is_charging:
        return
    schedule.return_code = payment.operation.return_code
    if payment.status in UNDECIDED:
        schedule.due_at = clock.now() + A_MINUTE
        schedule.save(update_fields=["return_code", "due_at"])
    elif payment.status == CardStatus.DENIED:
        _refused(recurrence, schedule, payment, actor=actor, is_first=is_first)
    else:
        _move(schedule, ScheduleStatus.PAID)
        _announce(recurrence, "schedule_paid", actor=actor, schedule=schedule, payment=payment)
        _go_on(recurrence, actor=actor)


def _refused(recurrence: Recurrence, schedule: Schedule, payment: CardPayment, *, actor: Actor, is_first: bool) -> None:
    """Tried again on days +1, +3 and +5 while the code allows; then FAILED (API.md 6.6)."""
    meaning = abecs.meaning(payment.brand, schedule.return_code)
    schedule.attempts += 1
    is_over = recurrence.status != RecurrenceStatus.ACTIVE
    may_retry = meaning.retry_allowed and schedule.attempts <= len(RETRIES) and not is_first
    if may_retry and not is_over:
        day = schedule.on + RETRIES[schedule.attempts - 1]
        schedule.is_charging, schedule.updated_at = False, clock.now()
        schedule.due_at = max(clock.day_start(day, recurrence.client.zone), clock.now())
        schedule.save(update_fields=["attempts", "return_code", "is_charging", "due_at", "updated_at"])
        return
    _move(schedule, ScheduleStatus.CANCELLED if is_over and may_retry else ScheduleStatus.FAILED)
    _announce(recurrence, "schedule_failed", actor=actor, schedule=schedule, payment=payment)
    if is_over:
        return
    if is_first:
        end(recurrence, RecurrenceStatus.CANCELLED, reason="FIRST_CHARGE_DENIED", actor=actor)
    elif meaning.ends_recurrence or failed_in_a_row(recurrence) >= recurrence.maximum_failed_attempts:
        end(recurrence, RecurrenceStatus.DISABLED_BY_FAILURES, reason=meaning.reason, actor=actor)
    else:
        _go_on(recurrence, actor=actor)


def failed_in_a_row(recurrence: Recurrence) -> int:
    """How many of the last decided charges failed, one after another."""
    decided = recurrence.schedules.filter(status__in=(ScheduleStatus.PAID, ScheduleStatus.FAILED))
    statuses = decided.order_by("-number").values_list("status", flat=True)
    return sum(1 for _each in takewhile(lambda status: status == ScheduleStatus.FAILED, statuses))


def _go_on(recurrence: Recurrence, *, actor: Actor) -> None:
    """Plans what is missing, or ends a recurrence of which every charge is settled."""
    if recurrence.status != RecurrenceStatus.ACTIVE:
        return
    ahead = recurrence.schedules.filter(status=ScheduleStatus.SCHEDULED).count()
    if recurrence.type == RecurrenceType.INDETERMINATE:
        last = recurrence.schedules.aggregate(last=Max("number"))["last"]
        _plan(recurrence, last + KEPT_AHEAD - ahead)
    elif not ahead:
        end(recurrence, RecurrenceStatus.FINISHED, actor=actor)


def end(recurrence: Recurrence, status: RecurrenceStatus, *, actor: Actor, reason: str = "") -> None:
    """Ends a recurrence under its lock, and every open charge with it, except one that is under way."""
    recurrence.status = moved(RECURRENCE_TRANSITIONS, RecurrenceStatus(recurrence.status), status)
    recurrence.reason, recurrence.ended_at = reason, clock.now()
    for schedule in recurrence.schedules.filter(status=ScheduleStatus.SCHEDULED, is_charging=False):
        _move(schedule, ScheduleStatus.CANCELLED)
    _announce(recurrence, "ended", actor=actor)


def _move(schedule: Schedule, status: ScheduleStatus) -> None:
    schedule.status = moved(SCHEDULE_TRANSITIONS, ScheduleStatus(schedule.status), status)
    schedule.is_charging, schedule.due_at, schedule.updated_at = False, None, clock.now()
    schedule.save(update_fields=["status", "attempts", "return_code", "is_charging", "due_at", "updated_at"])


def _refuse_ended(recurrence: Recurrence) -> None:
    if recurrence.status != RecurrenceStatus.ACTIVE:
        raise RecurrenceEnded(status=RecurrenceStatus(recurrence.status).label)


def _announce(
    recurrence: Recurrence,
    name: str,
    *,
    actor: Actor,
    schedule: Schedule | None = None,
    payment: CardPayment | None = None,
) -> None:
    """Saves the recurrence with a new version and publishes the event; merchants hear of what was paid, what failed,
    and the end."""
    recurrence.version += 1
    recurrence.updated_at = clock.now()
    recurrence.save(update_fields=["status", "reason", "ended_at", "version", "updated_at"])
    change = Change(
        name=f"recurrence.{name}",
        module=Module.CREDIT_CARD.value,
        object_type="recurrence",
        object_id=recurrence.recurrence_id,
        version=recurrence.version,
        facts={"schedule": str(schedule.number)} if schedule else {},
    )
    told = name in ("schedule_paid", "schedule_failed", "ended")
    publish(change, actor=actor, message=recurring_message(recurrence, name, schedule, payment) if told else None)
