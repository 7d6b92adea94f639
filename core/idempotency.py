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
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import clock, prepared
from core.errors import DomainError, KeyReused, StillRunning
from core.models import IdempotencyKey

T = TypeVar("T")

LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(hours=48)
PATIENCE_SECONDS, PAUSE_SECONDS = 12.0, 0.1  # longer than a gateway may take (settings.GATEWAY_TIMEOUT_SECONDS)


FINISHED = """
    SELECT status, body FROM core_idempotencykey
    WHERE client_id = %(client_id)s AND key = %(key)s AND method = %(method)s AND path = %(path)s
        AND fingerprint = %(fingerprint)s AND status IS NOT NULL
"""
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))"
READ = """
    SELECT fingerprint, subject, lease_until, status, body FROM core_idempotencykey
    WHERE client_id = %(client_id)s AND key = %(key)s AND method = %(method)s AND path = %(path)s
"""
STORE = """
    INSERT INTO core_idempotencykey
        (client_id, method, path, key, fingerprint, subject, lease_until, status, body, created_at)
    VALUES (%(client_id)s, %(method)s, %(path)s, %(key)s, %(fingerprint)s,
        %(subject)s, %(lease_until)s, %(status)s, %(body)s, %(moment)s)
    ON CONFLICT (client_id, key, method, path) DO UPDATE
    SET subject = excluded.subject, lease_until = excluded.lease_until, status = excluded.status, body = excluded.body
    WHERE core_idempotencykey.status IS NULL AND core_idempotencykey.lease_until IS NOT DISTINCT FROM %(held)s
"""


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
    found = prepared.execute(FINISHED, {**request.lookup(), "fingerprint": request.fingerprint}).fetchone()
    return Answer(status=found[0], body=found[1], replayed=True) if found else None


def once(request: KeyedRequest, action: Callable[[], T], render: Callable[[T], Answer]) -> Answer:
    """Runs the action, or answers what it was answered before. Raises StillRunning or KeyReused.

    An error of the action rolls everything back, the claim included: the same key may be sent again.
    """

    def attempt() -> Answer:
        with transaction.atomic():
            kept = _claim(request)
            if kept and kept.answer:
                return kept.answer
            answer = render(action())
            _store(request, answer=answer, held=kept.lease_until if kept else None)
        return answer

    return _patiently(request, attempt)


class Claim(Generic[T]):
    """The hold of a request on its key while a gateway is asked."""

    def __init__(self, request: KeyedRequest, render: Callable[[T], Answer]) -> None:
        self._request = request
        self._render = render
        self._subject: str | None = None
        self._lease: datetime | None = None
        self.answer: Answer | None = None
        self.resumed = False

    def reserve(self, make: Callable[[], T], find: Callable[[str], T], name: Callable[[T], str]) -> T:
        """Commits the claim together with what `make` reserves, or finds again what an earlier attempt reserved."""
        with transaction.atomic():
            kept = _claim(self._request)
            if kept and kept.answer:
                raise AlreadyAnswered(kept.answer)
            if kept and kept.lease_until and kept.lease_until > clock.now():
                raise StillRunning
            self.resumed = kept is not None
            reserved = find(kept.subject) if kept else make()
            subject = name(reserved)
            lease = clock.now() + LEASE
            _store(self._request, subject=subject, lease_until=lease, held=kept.lease_until if kept else None)
        self._subject, self._lease = subject, lease
        return reserved

    def finish(self, result: T) -> None:
        """Stores the answer. To be called inside the transaction that settles, which fails with AlreadyAnswered or
        StillRunning when a repeat took the key over after the lease: the work is done once, by who holds the key."""
        answer = self._render(result)
        if self._subject is not None:
            _store(self._request, subject=self._subject, answer=answer, held=self._lease)
        self.answer = answer

    def release(self) -> None:
        """Gives the key free: nothing came of the request. To be called inside the transaction that records so.

        A repeat that took the key over after the lease keeps it, and so does its answer."""
        if self._subject is not None:
            held = IdempotencyKey.objects.filter(**self._request.lookup(), status=None, lease_until=self._lease)
            held.delete()
            self._subject = None


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


class Kept(NamedTuple):
    """What is stored of a key: an answer, or the hold of a request on what it reserved."""

    subject: str
    lease_until: datetime | None
    answer: Answer | None


def _claim(request: KeyedRequest) -> Kept | None:
    """What is stored of this key, which is now locked against every other request with it. The advisory lock comes
    first: nobody waits on a unique index, and a killed process leaves nothing to clean up."""
    name = f"{request.client_id}:{request.method}:{request.path}:{request.key}"
    if prepared.execute(LOCK, {"name": name}).fetchone() != (True,):
        raise StillRunning
    found = prepared.execute(READ, request.lookup()).fetchone()
    if found is None:
        return None
    said, subject, lease_until, status, body = found
    if said != request.fingerprint:
        raise KeyReused
    return Kept(subject, lease_until, Answer(status, body, replayed=True) if status is not None else None)


def _store(
    request: KeyedRequest,
    *,
    held: datetime | None,
    subject: str = "",
    lease_until: datetime | None = None,
    answer: Answer | None = None,
) -> None:
    """`held` is the lease that the row has had so far. Raises AlreadyAnswered or StillRunning when it has another."""
    values = {
        **request.lookup(),
        "fingerprint": request.fingerprint,
        "subject": subject,
        "lease_until": lease_until,
        "status": answer.status if answer else None,
        "body": answer.body if answer else None,
        "held": held,
        "moment": clock.now(),
    }
    if prepared.execute(STORE, values).rowcount == 0:
        answer = finished(request)
        raise AlreadyAnswered(answer) if answer else StillRunning
