"""Messages of gateways: stored raw and unique first, handled afterwards, once, by whoever registered for the kind."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet

from core import clock
from gateways.models import Notice

log = structlog.get_logger()
Handler = Callable[[dict[str, Any]], None]

LONGEST_WAIT = timedelta(minutes=5)
EARLY_BY_AT_MOST = timedelta(days=1)
_handlers: dict[str, Handler] = {}


class NobodyHandles(Exception):
    """No handler is registered for this kind. The notice is kept for the version that has one."""


class TooEarly(Exception):
    """What the notice speaks of has not arrived: networks promise no order. It is tried again for a day."""


def register(kind: str, handler: Handler) -> None:
    """Names who handles a kind of notice. A handler runs inside a transaction and must be safe to repeat. It may raise
    TooEarly."""
    _handlers[kind] = handler


def receive(*, gateway: str, kind: str, external_id: str, payload: dict[str, Any]) -> None:
    """Stores a notice and handles it after the commit. One that was received before changes nothing."""
    moment = clock.now()
    with transaction.atomic():
        notice, new = Notice.objects.get_or_create(
            gateway=gateway,
            kind=kind,
            external_id=external_id,
            defaults={"payload": payload, "received_at": moment, "next_attempt_at": moment},
        )
        if new:
            transaction.on_commit(partial(handle, notice.pk), robust=True)


def waiting() -> QuerySet[Notice]:
    return Notice.objects.filter(handled_at=None, next_attempt_at__lte=clock.now()).order_by("pk")


def handle_waiting(*, about: str | None = None) -> None:
    """Handles what is due: what a dead process left, and what failed before. `about` narrows to one txid."""
    due = waiting() if about is None else Notice.objects.filter(handled_at=None, payload__txid=about).order_by("pk")
    for notice_id in list(due.values_list("pk", flat=True)[:500]):
        handle(notice_id)


def handle(notice_id: int) -> None:
    """Runs the handler and marks the notice in one transaction. A failure is noted and tried again later."""
    try:
        with transaction.atomic():
            notice = Notice.objects.select_for_update(skip_locked=True).filter(pk=notice_id, handled_at=None).first()
            if notice is None:
                return
            handler = _handlers.get(notice.kind)
            if handler is None:
                raise NobodyHandles(notice.kind)
            handler(notice.payload)
            notice.handled_at = clock.now()
            notice.save(update_fields=["handled_at"])
    except NobodyHandles as error:
        log.warning("notice that nobody handles", notice=notice_id, kind=str(error))
        _postpone(notice_id, error)
    except TooEarly as error:
        log.warning("notice that came too early", notice=notice_id, about=str(error))
        _postpone(notice_id, error)
    except Exception as error:
        log.exception("notice not handled", notice=notice_id)
        _postpone(notice_id, error)


def _wait_after(attempts: int) -> timedelta:
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(attempts, 16)))


def _postpone(notice_id: int, error: Exception) -> None:
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(pk=notice_id)
        notice.attempts += 1
        notice.error = f"{type(error).__name__}: {error}"[:500]
        notice.next_attempt_at = clock.now() + _wait_after(notice.attempts)
        if isinstance(error, TooEarly) and clock.now() > notice.received_at + EARLY_BY_AT_MOST:
            notice.handled_at = clock.now()
        notice.save(update_fields=["attempts", "error", "next_attempt_at", "handled_at"])
