"""The health of endpoints: since when nothing was delivered, warnings, and the end of it (API.md 7.4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.queries import system
from core import clock
from webhooks import promises
from webhooks.actions.changes import record
from webhooks.events import TEST
from webhooks.models import Delivery, Endpoint, Notice
from webhooks.sending import Outcome
from webhooks.states import ENDPOINT_TRANSITIONS, DeliveryStatus, EndpointStatus, Reason

CANCELLED: dict[str, Any] = {
    "status": DeliveryStatus.CANCELLED,
    "next_attempt_at": None,
    "asked_at": None,
    "asked_by": "",
}
WARNINGS = tuple(zip(promises.WARNED_AFTER, (Reason.FAILING_THREE_DAYS, Reason.FAILING_FOUR_DAYS), strict=True))


def note_health(outcomes: Iterable[Outcome]) -> None:
    """Marks endpoints as failing or healed, and disables those that answered 410. Only the schedule's failures count:
    a resend that fails says nothing new. Most batches change nothing and lock nothing."""
    healed = {outcome.call.endpoint_id for outcome in outcomes if outcome.delivered}
    failed = {o.call.endpoint_id for o in outcomes if o.call.scheduled and not o.delivered} - healed
    gone = {outcome.call.endpoint_id for outcome in outcomes if outcome.gone}
    rows = Endpoint.objects.filter(pk__in=healed | failed | gone)
    unlike = [
        pk
        for pk, failing_since in rows.values_list("pk", "failing_since")
        if pk in gone or (failing_since is None) == (pk in failed)
    ]
    for endpoint in Endpoint.objects.select_for_update(no_key=True).filter(pk__in=unlike).order_by("pk"):
        _note(endpoint, failing=endpoint.pk in failed)
        if endpoint.pk in gone:
            _disable(endpoint, Reason.DISABLED_BY_RECEIVER)


def _note(endpoint: Endpoint, *, failing: bool) -> None:
    if failing == (endpoint.failing_since is not None):
        return
    endpoint.failing_since = clock.now() if failing else None
    record(endpoint, "failing" if failing else "healed", actor=system(endpoint.client), fields=("failing_since",))


def watch_failing() -> None:
    """Warns on days 3 and 4 of unbroken failure and disables after five days."""
    moment = clock.now()
    failing = Endpoint.objects.filter(
        failing_since__lte=moment - promises.WARNED_AFTER[0], status=EndpointStatus.ACTIVE, deleted_at=None
    )
    for pk in list(failing.values_list("pk", flat=True)):
        _watch(pk, moment)


@transaction.atomic
def _watch(pk: int, moment: datetime) -> None:
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=pk)
    if endpoint.failing_since is None or endpoint.status != EndpointStatus.ACTIVE:
        return
    failing_for = moment - endpoint.failing_since
    for after, reason in WARNINGS:
        if failing_for >= after:
            _notice(endpoint, reason)
    if failing_for >= promises.DISABLED_AFTER:
        _disable(endpoint, Reason.DISABLED_BY_FAILURE)


def _disable(endpoint: Endpoint, reason: Reason) -> None:
    if EndpointStatus.DISABLED not in ENDPOINT_TRANSITIONS[EndpointStatus(endpoint.status)] or endpoint.deleted_at:
        return
    _notice(endpoint, reason)
    endpoint.status = EndpointStatus.DISABLED
    record(endpoint, "disabled", actor=system(endpoint.client), fields=("status",), facts={"reason": reason.value})
    park(endpoint)


def _notice(endpoint: Endpoint, reason: Reason) -> None:
    moment = clock.now()
    since = endpoint.failing_since or moment
    Notice.objects.get_or_create(endpoint=endpoint, reason=reason, failing_since=since, defaults={"created_at": moment})


def park(endpoint: Endpoint) -> None:
    """What waits for an endpoint that is not active any more waits until it is. A row that is locked is being claimed
    or concluded: the next claim parks it."""
    _unlocked(endpoint).filter(next_attempt_at__isnull=False).update(next_attempt_at=None)


def cancel(endpoint: Endpoint) -> None:
    """Nothing that waits is sent any more. A row that is locked is cancelled by the next claim."""
    _unlocked(endpoint).update(**CANCELLED)


def unpark(endpoint: Endpoint) -> None:
    """An endpoint that became active gets what waited, at once."""
    waiting = Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.PENDING, next_attempt_at=None)
    waiting.exclude(event__message_type=TEST).update(next_attempt_at=clock.now())


def withhold(delivery: Delivery) -> bool:
    """Whether a claimed row must wait, or is over, because of its endpoint. The endpoint's lock decides between this
    and somebody who activates it at the same moment."""
    if not _is_withheld(delivery, delivery.endpoint):
        return False
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=delivery.endpoint_id)
    if not _is_withheld(delivery, endpoint):
        return False
    still = {"next_attempt_at": None, "lease_until": None, "attempts": delivery.attempts - 1}
    ended = CANCELLED if endpoint.deleted_at and delivery.status == DeliveryStatus.PENDING else {}
    asked = {"asked_at": None, "asked_by": ""} if endpoint.deleted_at else {}
    Delivery.objects.filter(pk=delivery.pk).update(**{**still, **asked, **ended})
    return True


def _is_withheld(delivery: Delivery, endpoint: Endpoint) -> bool:
    if endpoint.deleted_at:
        return True
    return delivery.asked_at is None and endpoint.status != EndpointStatus.ACTIVE


def _unlocked(endpoint: Endpoint) -> QuerySet[Delivery]:
    waiting = Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.PENDING)
    return Delivery.objects.filter(pk__in=waiting.select_for_update(skip_locked=True).values("pk"))
