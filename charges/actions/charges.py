"""Making, changing and deleting a Pix charge. The network is asked between two transactions (API.md 4 and 6.1)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

from django.db import transaction

from accounts import permissions
from accounts.models import Client
from accounts.permissions import Fine, Module
from accounts.queries import client_of
from charges.actions.changes import Asking, begin_asking, locked, locked_if_new, move, next_look_up, record
from charges.codes import dynamic_code
from charges.errors import (
    ChargeAboveLimit,
    ChargeAlreadyPaid,
    ChargeChangedMeanwhile,
    ChargeNotOpen,
    ChargeRefused,
    DebtorDocumentMissing,
    EndAlreadyPassed,
    ReceivingKeyMissing,
)
from charges.messages import lifecycle_message
from charges.models import Charge
from charges.states import ChargeStatus
from core import clock, money
from core.actor import Actor
from core.errors import Unavailable
from core.idempotency import LEASE, Claim
from core.ids import random_id
from gateways import calls, notices
from gateways.errors import AlreadyCancelled, AlreadyPaid, GatewayRefused, OutcomeUnknown
from gateways.protocols import ChargeOrder, NetworkState, PixGateway
from transactions.actions import pix
from webhooks.events import amount_fact

T = TypeVar("T")
WRITE = permissions.fine(Module.CHARGES, Fine.WRITE)
TXID_LENGTH = 31
TXID = attrgetter("txid")


@dataclass(frozen=True, slots=True)
class ChargeDraft:
    """What a charge is made of. `amount` in reais, `expiration` in seconds from creation (None: the client's own)."""

    amount: Decimal
    expiration: int | None = None
    description: str = ""
    user_reference: str = ""
    payer_request: str = ""
    additional_information: list[dict[str, str]] = field(default_factory=list)
    debtor_name: str = ""
    debtor_document: str = ""
    validate_debtor: bool = False


def create_charge(*, actor: Actor, draft: ChargeDraft, claim: Claim[Charge]) -> Charge:
    """Makes a charge and asks the network for it. An unknown outcome leaves it CREATED and is looked up later.

    Raises ReceivingKeyMissing, ChargeAboveLimit, ChargeRefused, and Unavailable before anything was written.
    """
    permissions.require(actor, WRITE)
    with calls.pix() as gateway:
        charge = claim.reserve(partial(_reserve, actor, draft), _find, TXID)
        try:
            accepted = charge.status != ChargeStatus.CREATED or _ask(gateway, charge, repeated=claim.resumed)
        except GatewayRefused as refusal:
            _record_refusal(charge.txid, refusal.reason, claim)
            raise ChargeRefused(reason=refusal.reason) from refusal
    return _settle_creation(charge, actor, claim, accepted=accepted)


def change_charge(
    *, actor: Actor, txid: str, changes: Mapping[str, Any], claim: Claim[Charge], revision: int | None = None
) -> Charge:
    """Changes an open charge, the network first. `changes` holds fields of ChargeDraft; absent ones stay. With
    `revision` they were chosen by somebody who had seen that one.

    Raises ChargeNotOpen, ChargeAlreadyPaid, EndAlreadyPassed, DebtorDocumentMissing, ChargeAboveLimit,
    ChargeChangedMeanwhile.
    """
    permissions.require(actor, WRITE)
    with calls.pix() as gateway:
        claim.reserve(partial(_reserve_change, actor, txid, changes, revision), _find, TXID)
        changed = None
        while changed is None:  # another change came between: the network hears the newer one again
            wanted, asking = _about_to_change(actor, txid, changes)
            _tell_network(partial(gateway.change_charge, order_of(wanted)), txid, claim)
            changed = _settle_change(actor, wanted, changes, asking, claim)
    return changed


def cancel_charge(*, actor: Actor, txid: str, claim: Claim[Charge]) -> Charge:
    """Deletes an open charge, the network first; its row stays. Raises ChargeNotOpen, ChargeAlreadyPaid."""
    permissions.require(actor, WRITE)
    with calls.pix() as gateway:
        claim.reserve(partial(_open_charge, actor, txid), _find, TXID)
        state = _tell_network(lambda: state_of(gateway, txid), txid, claim) if claim.resumed else None
        if state is not NetworkState.CANCELLED:
            _about_to_cancel(actor, txid)
            _tell_network(lambda: gateway.cancel_charge(txid), txid, claim)
    with transaction.atomic():
        charge = locked(txid, client_id=actor.client_id)
        if charge.status != ChargeStatus.CANCELLED:
            refuse_unless_open(charge)
            end(charge, ChargeStatus.CANCELLED, at=clock.now(), actor=actor)
        claim.finish(charge)
    return charge


# The steps -----------------------------------------------------------------------------------------------------------

STORED = (
    "amount",
    "expires_at",
    "description",
    "user_reference",
    "payer_request",
    "additional_information",
    "debtor_name",
    "debtor_document",
    "validate_debtor",
)


def order_of(charge: Charge) -> ChargeOrder:
    """The charge as the network is told of it: a debtor without a document is not sent."""
    known = bool(charge.debtor_document)
    return ChargeOrder(
        txid=charge.txid,
        amount=charge.amount,
        receiver_key=charge.receiver_key,
        created_at=charge.created_at,
        expires_at=charge.expires_at,
        debtor_document=charge.debtor_document,
        debtor_name=charge.debtor_name if known else "",
        payer_request=charge.payer_request,
    )


def activate(charge: Charge, *, actor: Actor) -> None:
    """The network confirmed the charge: it has its code now. The caller holds the lock."""
    move(charge, ChargeStatus.ACTIVE)
    charge.pix_copy_and_paste = dynamic_code(charge)
    charge.next_look_up_at = None
    record(
        charge,
        "created",
        actor=actor,
        fields=("status", "pix_copy_and_paste", "next_look_up_at"),
        facts=_facts(charge),
    )


def end(charge: Charge, status: ChargeStatus, *, at: datetime, actor: Actor, failure: str = "") -> None:
    """The charge can no longer be paid from `at` on. The caller holds the lock. One that expires while the network is
    being asked is still looked up: there it may live longer."""
    move(charge, status)
    charge.ended_at, charge.failure = at, failure
    if status is not ChargeStatus.EXPIRED:
        charge.next_look_up_at = None
    record(
        charge,
        status.value.lower(),
        actor=actor,
        fields=("status", "ended_at", "failure", "next_look_up_at"),
        tell=lifecycle_message,
    )


def _find(txid: str) -> Charge:
    return Charge.objects.get(txid=txid)


def _reserve(actor: Actor, draft: ChargeDraft) -> Charge:
    client = client_of(actor)
    _refuse_by_settings(client, draft)
    moment = clock.now()
    facts = {name: value for name, value in asdict(draft).items() if name != "expiration"}
    txid = random_id(f"astra{moment.astimezone(client.zone):%Y%m}", TXID_LENGTH)
    return Charge.objects.create(
        **facts,
        client=client,
        order=pix.open_order(client, order_id=txid, **order_facts(draft)),
        txid=txid,
        location_token=secrets.token_hex(16),
        receiver_key=client.pix_key,
        version=0,  # nothing has been announced yet
        expires_at=moment + timedelta(seconds=draft.expiration or client.default_expiration),
        next_look_up_at=moment + LEASE,
        created_by=actor.name,
        channel=actor.channel.value,
        created_at=moment,
        updated_at=moment,
    )


def order_facts(source: ChargeDraft | Charge) -> dict[str, Any]:
    """What the order of a charge says of it."""
    return {
        "amount": source.amount,
        "description": source.description,
        "user_reference": source.user_reference,
        "customer_name": source.debtor_name,
        "customer_document": source.debtor_document,
    }


def _refuse_by_settings(client: Client, draft: ChargeDraft) -> None:
    if not client.pix_key:
        raise ReceivingKeyMissing
    _refuse_above_limit(client, draft.amount)
    if draft.validate_debtor and not draft.debtor_document:
        raise DebtorDocumentMissing


def _refuse_above_limit(client: Client, amount: Decimal) -> None:
    if amount > client.largest_charge:
        raise ChargeAboveLimit(limit=money.formatted(client.largest_charge))


def _ask(gateway: PixGateway, charge: Charge, *, repeated: bool) -> bool:
    """Whether the network has the charge. A repeated attempt looks first and never sends blindly."""
    try:
        if not repeated or state_of(gateway, charge.txid) is None:
            gateway.create_charge(order_of(charge))
    except OutcomeUnknown:
        return False
    return True


def state_of(gateway: PixGateway, txid: str) -> NetworkState | None:
    """What the network says. Raises OutcomeUnknown."""
    with calls.question():
        return gateway.look_up_charge(txid)


def _settle_creation(reserved: Charge, actor: Actor, claim: Claim[Charge], *, accepted: bool) -> Charge:
    with transaction.atomic():
        charge = locked_if_new(reserved)
        if charge.status == ChargeStatus.CREATED and accepted:
            activate(charge, actor=actor)
        elif charge.status == ChargeStatus.CREATED:
            charge.next_look_up_at = clock.now()
            charge.save(update_fields=["next_look_up_at"])
        claim.finish(charge)
    return charge


def _record_refusal(txid: str, reason: str, claim: Claim[Charge]) -> None:
    with transaction.atomic():
        charge = locked(txid)
        if charge.status == ChargeStatus.CREATED:  # a short one may have expired while the network thought about it
            move(charge, ChargeStatus.FAILED_CREATION)
        charge.failure, charge.next_look_up_at = reason[:200], None
        charge.save(update_fields=["status", "failure", "next_look_up_at"])
        pix.refuse_order(charge.order)
        claim.release()


def _open_charge(actor: Actor, txid: str) -> Charge:
    """The charge under its lock. Raises ChargeNotOpen, ChargeAlreadyPaid."""
    charge = locked(txid, client_id=actor.client_id)
    refuse_unless_open(charge)
    return charge


def refuse_unless_open(charge: Charge) -> None:
    """Whether it can still be changed or deleted. Raises ChargeNotOpen, ChargeAlreadyPaid."""
    status = charge.current_status
    if status is ChargeStatus.PAID:
        raise ChargeAlreadyPaid
    if status is not ChargeStatus.ACTIVE:
        raise ChargeNotOpen(status=str(status.label).lower())


def _reserve_change(actor: Actor, txid: str, changes: Mapping[str, Any], revision: int | None) -> Charge:
    charge = _changed(actor, txid, changes)
    if revision is not None and charge.revision != revision:
        raise ChargeChangedMeanwhile
    return charge


def _changed(actor: Actor, txid: str, changes: Mapping[str, Any]) -> Charge:
    """The charge under its lock as it will be, unsaved. Raises what `change_charge` does."""
    charge = _open_charge(actor, txid)
    for name, value in changes.items():
        if name == "expiration":
            seconds = value or charge.client.default_expiration
            charge.expires_at = charge.created_at + timedelta(seconds=seconds)
        else:
            setattr(charge, name, value)
    _refuse_above_limit(charge.client, charge.amount)
    if charge.validate_debtor and not charge.debtor_document:
        raise DebtorDocumentMissing
    if charge.expires_at <= clock.now():
        raise EndAlreadyPassed
    return charge


def _about_to_cancel(actor: Actor, txid: str) -> None:
    with transaction.atomic():
        begin_asking(_open_charge(actor, txid))


def _about_to_change(actor: Actor, txid: str, changes: Mapping[str, Any]) -> tuple[Charge, Asking]:
    """What the network is to be asked for, as the charge stands now."""
    with transaction.atomic():
        charge = _changed(actor, txid, changes)
        return charge, begin_asking(charge)


def _settle_change(
    actor: Actor, wanted: Charge, changes: Mapping[str, Any], asking: Asking, claim: Claim[Charge]
) -> Charge | None:
    """Stores what the network was asked for; None when the charge is another one than it was then."""
    with transaction.atomic():
        charge = _changed(actor, wanted.txid, changes)
        if charge.revision != wanted.revision:
            return None
        charge.revision += 1
        charge.next_look_up_at = next_look_up(charge, asking)
        record(charge, "changed", actor=actor, fields=(*STORED, "revision", "next_look_up_at"), facts=_facts(charge))
        pix.change_order(charge.order, **order_facts(charge))
        claim.finish(charge)
    return charge


def _tell_network(call: Callable[[], T], txid: str, claim: Claim[Charge]) -> T:
    """Asks the network about an open charge. Whatever is unclear afterwards is looked up by a task."""
    try:
        return call()
    except AlreadyPaid as paid:
        _give_up(txid, claim, look_up=False)
        notices.handle_waiting(about=txid)
        raise ChargeAlreadyPaid from paid
    except AlreadyCancelled as cancelled:
        _give_up(txid, claim, look_up=True)
        raise ChargeNotOpen(status=str(ChargeStatus.CANCELLED.label).lower()) from cancelled
    except GatewayRefused as refusal:
        _give_up(txid, claim, look_up=True)
        raise ChargeRefused(reason=refusal.reason) from refusal
    except OutcomeUnknown as unknown:
        _give_up(txid, claim, look_up=True)
        raise Unavailable from unknown


def _give_up(txid: str, claim: Claim[Charge], *, look_up: bool) -> None:
    with transaction.atomic():
        if look_up:
            Charge.objects.filter(txid=txid).update(next_look_up_at=clock.now())
        claim.release()


def _facts(charge: Charge) -> dict[str, str]:
    return {"amount": amount_fact(charge.amount)}
