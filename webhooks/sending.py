"""The call to one endpoint, and the threads that make many of them. Threads speak HTTP and know no database: one
thread claims and concludes for all of them, in batches."""

import queue
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.conf import settings

from core import clock, outbound
from webhooks import promises
from webhooks.signing import signature

log = structlog.get_logger()

THREADS = 96
GATHERING_SECONDS = 0.03
# A dead endpoint holds each of its threads for 15 seconds, so one that is known to fail gets few.
HEALTHY_LIMIT, FAILING_LIMIT = 8, 2
BROKEN = "INTERNAL"
REFUSED = "ADDRESS"


@dataclass(frozen=True, slots=True)
class Call:
    """A claimed attempt with everything that its thread needs. `scheduled` attempts count; resends, those asked for
    at `asked_at`, do not. `webhook` is the endpoint as its client knows it."""

    attempt_id: int
    delivery_id: int
    endpoint_id: int
    webhook: str
    client_id: int
    number: int
    scheduled: bool
    asked_at: datetime | None
    url: str
    keys: tuple[str, ...]
    message_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. `error` is one of `core.outbound`'s names, empty when there was an answer."""

    call: Call
    ended_at: datetime
    signature: str
    duration_ms: int
    error: str = ""
    status_code: int | None = None
    address: str = ""
    response_type: str = ""
    response: str = ""
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def gone(self) -> bool:
        return self.status_code == 410


def send(call: Call) -> Outcome:
    """Signs the stored bytes with this moment and sends them. Never raises: whatever happened is an outcome."""
    timestamp = int(time.time())
    signed = signature(call.keys, call.message_id, timestamp, call.body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "AstraPay-Webhooks/1",
        "webhook-id": call.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed,
    }
    began = time.monotonic()
    try:
        answer = outbound.request(
            "POST",
            call.url,
            headers=headers,
            content=call.body,
            deadline_seconds=promises.ANSWER_SECONDS,
            largest_answer=promises.LARGEST_EXCERPT,
            allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS,
            ca_file=settings.WEBHOOK_CA_FILE,
            may_arrive_twice=True,
        )
    except outbound.AddressRefused as error:
        return _failed(call, signed, began, f"{REFUSED}_{error.refusal.value}")
    except outbound.NoAnswer as error:
        return _failed(call, signed, began, error.failure.value)
    except Exception:
        log.exception("webhook attempt broke", delivery=call.delivery_id)
        return _failed(call, signed, began, BROKEN)
    return Outcome(
        call,
        clock.now(),
        signed,
        round(answer.duration * 1000),
        status_code=answer.status,
        address=answer.address,
        response_type=_text(answer.headers.get("content-type", ""))[:100],
        response=_text(answer.body.decode(errors="replace")),
        retry_after=_retry_after(answer),
    )


def _failed(call: Call, signed: str, began: float, error: str) -> Outcome:
    return Outcome(call, clock.now(), signed, round((time.monotonic() - began) * 1000), error=error)


def _retry_after(answer: outbound.Answer) -> timedelta | None:
    said = answer.headers.get("retry-after") if answer.status in (429, 503) else None
    return promises.read_retry_after(said, clock.now()) if said else None


def _text(text: str) -> str:
    """Postgres stores no NUL."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


class Desk(Protocol):
    """Who knows the rows: `webhooks.actions.delivery`."""

    def claim(self, *, free: int, busy: Counter[int]) -> list[Call]: ...

    def conclude(self, outcomes: list[Outcome]) -> None: ...


class Engine:
    """Sends everything that is due. One runs in each process; a second call wakes it and returns."""

    def __init__(self, desk: Desk, threads: int = THREADS) -> None:
        self._desk = desk
        self._threads = threads
        self._running = threading.Lock()
        self._ended: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()

    def run(self) -> None:
        self._ended.put(None)
        # Whoever holds the lock may be about to leave without having seen our wake-up: then it is ours to run.
        while not self._ended.empty() and self._running.acquire(blocking=False):
            try:
                self._drain()
            finally:
                self._running.release()

    def _drain(self) -> None:
        busy: Counter[int] = Counter()
        with ThreadPoolExecutor(self._threads, "webhooks") as pool:
            while True:
                calls = self._desk.claim(free=self._threads - busy.total(), busy=busy)
                for call in calls:
                    busy[call.endpoint_id] += 1
                    pool.submit(self._send, call)
                if not busy and self._ended.empty():
                    return
                outcomes = self._wait()
                busy -= Counter(outcome.call.endpoint_id for outcome in outcomes)
                self._conclude(outcomes)

    def _conclude(self, outcomes: list[Outcome]) -> None:
        try:
            self._desk.conclude(outcomes)
        except Exception:
            for outcome in outcomes:  # the database is away: the next run writes them down
                self._ended.put(outcome)
            raise

    def _send(self, call: Call) -> None:
        self._ended.put(send(call))

    def _wait(self) -> list[Outcome]:
        """Waits for a call to end or for a wake-up, and for a moment more: rows are claimed and written down together,
        since one alone costs as much processor time as twenty."""
        came, end = [self._ended.get()], time.monotonic() + GATHERING_SECONDS
        while len(came) < self._threads // 2 and (left := end - time.monotonic()) > 0:
            try:
                came.append(self._ended.get(timeout=left))
            except queue.Empty:
                break
        return [outcome for outcome in came if outcome is not None]
