"""The one way in which a charge changes: through the transition table, with a new version and its event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accounts.permissions import Module
from charges.models import Charge
from charges.states import CHARGE_TRANSITIONS, ChargeStatus
from core import clock, prepared
from core.actor import Actor
from core.errors import NotFound
from core.idempotency import LEASE
from webhooks.events import Change, Message, publish

LOCK_NEW = "SELECT id FROM charges_charge WHERE id = %(id)s AND status = 'CREATED' FOR UPDATE"


def locked(txid: str, *, client_id: int | None = None) -> Charge:
    """The charge under its lock, which every change of it and of its refunds takes first. Raises NotFound."""
    rows = Charge.objects.select_for_update(of=("self",)).select_related("client").filter(txid=txid)
    charge = (rows if client_id is None else rows.filter(client_id=client_id)).first()
    if charge is None:
        raise NotFound
    return charge


def locked_if_new(charge: Charge) -> Charge:
    """The charge that was reserved a moment ago, under its lock. While it is CREATED nothing but its creation changes
    it, so that it need not be read again; otherwise as it stands now."""
    untouched = prepared.execute(LOCK_NEW, {"id": charge.pk}).fetchone()
    return charge if untouched else locked(charge.txid)


def move(charge: Charge, status: ChargeStatus) -> None:
    """Raises ValueError for a transition that STATES.md 1 does not list."""
    before = ChargeStatus(charge.status)
    if status not in CHARGE_TRANSITIONS[before]:
        raise ValueError(f"{before} → {status}")
    charge.status = status


def record(
    charge: Charge,
    name: str,
    *,
    actor: Actor,
    fields: tuple[str, ...] = (),
    facts: dict[str, str] | None = None,
    tell: Callable[[Charge], Message | None] | None = None,
) -> None:
    """Saves the named fields with a new version and publishes the event, in the caller's transaction.

    `tell` makes the message for merchants, after the version is known.
    """
    charge.version += 1
    charge.updated_at = clock.now()
    charge.save(update_fields=[*fields, "version", "updated_at"])
    announce(charge, name, actor=actor, facts=facts, message=tell(charge) if tell else None)


def announce(
    charge: Charge, name: str, *, actor: Actor, facts: dict[str, str] | None = None, message: Message | None = None
) -> None:
    change = Change(
        name=f"charge.{name}",
        module=Module.CHARGES.value,
        object_type="charge",
        object_id=charge.txid,
        version=charge.version,
        facts=facts or {},
    )
    publish(change, actor=actor, message=message)


@dataclass(frozen=True, slots=True)
class Asking:
    """A call to the network about an open charge. `alone`: nobody else was asking when it began."""

    until: datetime
    alone: bool


def begin_asking(charge: Charge) -> Asking:
    """Has the task look the charge up should this process die. To be called under the charge's lock, before the call.

    The moment is this caller's own: whoever finds another one afterwards was not the last to ask.
    """
    moment, pending = clock.now(), charge.next_look_up_at
    until, alone = moment + LEASE, pending is None or pending <= moment
    if pending is not None:
        until = max(until, pending + clock.MILLISECOND)
    charge.next_look_up_at = until
    charge.save(update_fields=["next_look_up_at"])
    return Asking(until, alone)


def next_look_up(charge: Charge, asking: Asking) -> datetime | None:
    """When the network must be asked again after this call. When two ask at the same time, nobody knows whose word
    arrived last: it is asked once more."""
    if charge.next_look_up_at != asking.until:
        return clock.now()
    return None if asking.alone else asking.until
