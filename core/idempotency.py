"""A request with a key is done once (API.md 4). Every door that writes goes through here.

Work without a gateway runs inside `once`: claim, change, events and stored answer commit together, so a kill leaves
all or nothing. Work with a gateway takes a `Claim` through `once_in_steps`: the claim commits with the reservation,
the gateway is asked without a transaction, the answer is stored with the settlement. A repeat after the lease finds
the reservation and finishes it; nothing is ever sent blindly again.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from core import clock
from core.errors import DomainError, KeyReused, StillRunning
from core.models import IdempotencyKey

T = TypeVar("T")

LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(hours=48)
PATIENCE_SECONDS, PAUSE_SECONDS = 12.0, 0.1  # longer than a gateway may take (settings.GATEWAY_TIMEOUT_SECONDS)


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """What makes two requests the same intent. With `waits` a repeat waits some seconds for the first instead of being
    refused at once: a person who clicked twice is led to the result."""

    client_id: int
    method: str
    path: str
    key: UUID
    fingerprint: bytes
    waits: bool = False

    def lookup(self) -> dict[str, object]:
        return {"client_id": self.client_id, "method": self.method, "path": self.path, "key": self.key}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that may be given again. Only successes are."""

    status: int
    body: bytes
    replayed: bool = False


def fingerprint(body: bytes) -> bytes:
    """Keyed, because the body of a card payment holds a card number."""
    return hmac.digest(settings.SECRET_KEY.encode(), body, hashlib.sha256)


def finished(request: KeyedRequest) -> Answer | None:
    """The stored answer of the same request, if it is done."""
    kept = IdempotencyKey.objects.filter(**request.lookup(), status__isnull=False).first()
    if kept is None or bytes(kept.fingerprint) != request.fingerprint:
        return None
    return _replay(kept)


def once(request: KeyedRequest, action: Callable[[], T], render: Callable[[T], Answer]) -> Answer:
    """Runs the action, or answers what it was answered before. Raises StillRunning or KeyReused.

    An error of the action rolls everything back, the claim included: the same key may be sent again.
    """

    def attempt() -> Answer:
        with transaction.atomic():
            kept = _claim(request)
            if kept.status is not None:
                return _replay(kept)
            answer = render(action())
            _store(kept, answer)
        return answer

    return _patiently(request, attempt)


class Claim(Generic[T]):
    """The hold of a request on its key while a gateway is asked."""

    def __init__(self, request: KeyedRequest, render: Callable[[T], Answer]) -> None:
        self._request = request
        self._render = render
        self._kept: IdempotencyKey | None = None
        self.answer: Answer | None = None
        self.resumed = False

    def reserve(self, make: Callable[[], T], find: Callable[[str], T], name: Callable[[T], str]) -> T:
        """Commits the claim together with what `make` reserves, or finds again what an earlier attempt reserved."""
        with transaction.atomic():
            kept = _claim(self._request)
            if kept.status is not None:
                raise AlreadyAnswered(_replay(kept))
            if kept.lease_until and kept.lease_until > clock.now():
                raise StillRunning
            self.resumed = bool(kept.subject)
            reserved = find(kept.subject) if self.resumed else make()
            kept.subject, kept.lease_until = name(reserved), clock.now() + LEASE
            kept.save()
        self._kept = kept
        return reserved

    def finish(self, result: T) -> None:
        """Stores the answer. To be called inside the transaction that settles."""
        self.answer = self._render(result)
        if self._kept is not None:
            _store(self._kept, self.answer)

    def release(self) -> None:
        """Gives the key free: nothing came of the request. To be called inside the transaction that records so."""
        if self._kept is not None:
            self._kept.delete()
            self._kept = None


class AlreadyAnswered(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def once_in_steps(request: KeyedRequest, action: Callable[[Claim[T]], object], render: Callable[[T], Answer]) -> Answer:
    """Runs an action that asks a gateway between two transactions. Raises StillRunning or KeyReused.

    A refusal gives the key free. After any other failure nobody knows what the gateway did: the claim stays, and a
    repeat after the lease finishes it.
    """

    def attempt() -> Answer:
        claim = Claim(request, render)
        try:
            action(claim)
        except AlreadyAnswered as done:
            return done.answer
        except DomainError:
            claim.release()
            raise
        if claim.answer is None:
            raise RuntimeError("the action neither finished its claim nor refused")
        return claim.answer

    return _patiently(request, attempt)


def _patiently(request: KeyedRequest, attempt: Callable[[], Answer]) -> Answer:
    """Repeats the attempt while another one runs, if the request waits. It sleeps outside any transaction and holds
    no seat at the gateway meanwhile."""
    deadline = time.monotonic() + (PATIENCE_SECONDS if request.waits else 0)
    while True:
        try:
            return attempt()
        except StillRunning:
            if time.monotonic() >= deadline:
                raise
            time.sleep(PAUSE_SECONDS)


def _claim(request: KeyedRequest) -> IdempotencyKey:
    """The row of this key, or one not saved yet, locked against every other request with it. The advisory lock comes
    first: nobody waits on a unique index, and a killed process leaves nothing to clean up."""
    _lock(request)
    kept = IdempotencyKey.objects.filter(**request.lookup()).first()
    if kept is None:
        return IdempotencyKey(**request.lookup(), fingerprint=request.fingerprint, created_at=clock.now())
    if bytes(kept.fingerprint) != request.fingerprint:
        raise KeyReused
    return kept


def _lock(request: KeyedRequest) -> None:
    name = f"{request.client_id}:{request.method}:{request.path}:{request.key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        (locked,) = cursor.fetchone() or (False,)
    if not locked:
        raise StillRunning


def _store(kept: IdempotencyKey, answer: Answer) -> None:
    kept.status, kept.body, kept.lease_until = answer.status, answer.body, None
    kept.save()


def _replay(kept: IdempotencyKey) -> Answer:
    return Answer(kept.status or 200, bytes(kept.body or b""), replayed=True)
