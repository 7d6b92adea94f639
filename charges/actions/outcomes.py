"""What time alone brings about, and outcomes that nobody knows yet. The tasks only call these."""

from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import QuerySet

from accounts.queries import system
from charges.actions.changes import Asking, begin_asking, locked, next_look_up
from charges.actions.charges import activate, end, order_of, state_of
from charges.models import Charge
from charges.states import OPEN, ChargeStatus
from core import clock
from gateways import calls
from gateways.errors import GatewayBusy, GatewayRefused, OutcomeUnknown
from gateways.protocols import NetworkState, PixGateway

log = structlog.get_logger()
BATCH = 200
ENDED_UNPAID = (ChargeStatus.EXPIRED, ChargeStatus.CANCELLED)


def record_expiries() -> None:
    """Records the end of charges whose time has passed. The status was EXPIRED already: this writes the event."""
    _each(Charge.objects.filter(status__in=OPEN, expires_at__lte=clock.now()).order_by("expires_at"), _expire)


def look_up_unknown_outcomes() -> None:
    """Asks the network about charges whose creation, change or deletion got no answer."""
    _each(Charge.objects.filter(next_look_up_at__lte=clock.now()).order_by("next_look_up_at"), look_up)


def look_up(txid: str) -> None:
    """Brings our word and the network's together, unless somebody else has begun to since. Raises GatewayBusy."""
    with calls.pix() as gateway:
        taken = _take(txid)
        if taken is None:
            return
        charge, asking = taken
        try:
            state, reason = _agree(gateway, charge)
        except OutcomeUnknown:
            _postpone(txid)
            return
    _settle(txid, state, asking, reason)


def _take(txid: str) -> tuple[Charge, Asking] | None:
    with transaction.atomic():
        charge = locked(txid)
        due = charge.next_look_up_at is not None and charge.next_look_up_at <= clock.now()
        return (charge, begin_asking(charge)) if due else None


def _agree(gateway: PixGateway, charge: Charge) -> tuple[NetworkState, str]:
    """What the network says of the charge, and why it refused it. What it never heard of is sent again under the same
    txid; of an open charge it hears again what we know, and one that has ended here ends there. Raises
    OutcomeUnknown."""
    state = state_of(gateway, charge.txid)
    if state is None and charge.status not in OPEN:
        return NetworkState.CANCELLED, ""
    try:
        if state is None:
            gateway.create_charge(order_of(charge))
        elif state is NetworkState.ACTIVE and charge.status == ChargeStatus.ACTIVE:
            gateway.change_charge(order_of(charge))
        elif state is NetworkState.ACTIVE and charge.status in ENDED_UNPAID:
            gateway.cancel_charge(charge.txid)
    except GatewayRefused as refusal:
        if state is None:
            return NetworkState.CANCELLED, refusal.reason
        raise OutcomeUnknown from refusal  # it was paid or deleted since we looked
    return state or NetworkState.ACTIVE, ""


def _each(due: QuerySet[Charge], act: Callable[[str], None]) -> None:
    """Acts on all that is due. What fails is due again the next time and holds up no other."""
    for txid in due.values_list("txid", flat=True).iterator(chunk_size=BATCH):
        try:
            act(txid)
        except GatewayBusy:
            return
        except Exception:
            log.exception("charge not brought up to date", txid=txid)


def _expire(txid: str) -> None:
    with transaction.atomic():
        charge = locked(txid)
        if charge.status in OPEN and charge.expires_at <= clock.now():
            end(charge, ChargeStatus.EXPIRED, at=charge.expires_at, actor=system(charge.client))


def _postpone(txid: str) -> None:
    """Twice the charge's age: often at first, rarely later."""
    moment = clock.now()
    charge = Charge.objects.get(txid=txid)
    Charge.objects.filter(pk=charge.pk).update(next_look_up_at=moment + (moment - charge.created_at))


def _settle(txid: str, state: NetworkState, asking: Asking, reason: str) -> None:
    with transaction.atomic():
        charge = locked(txid)
        actor = system(charge.client)
        if state is NetworkState.CANCELLED and charge.status in OPEN:
            end(charge, ChargeStatus.CANCELLED, at=clock.now(), actor=actor, failure=reason[:200])
        elif charge.status == ChargeStatus.CREATED:
            activate(charge, actor=actor)
        elif charge.next_look_up_at is not None:
            charge.next_look_up_at = next_look_up(charge, asking)
            charge.save(update_fields=["next_look_up_at"])
