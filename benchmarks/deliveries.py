"""What is measured of webhooks, against one database, in a process of its own: `python -m benchmarks.deliveries`.

The workers are those of `make run`; one https server plays the receivers of all merchants. Prints one JSON object.
"""

import argparse
import json
import logging
import os
import ssl
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.core.receiver import make_authority

FOLDER = Path(os.environ["DATA_DIR"])
FOLDER.mkdir(parents=True, exist_ok=True)
AUTHORITY = make_authority(FOLDER)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astrapay_portal.settings")
os.environ.update(WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8", WEBHOOK_CA_FILE=str(AUTHORITY.file))

import django  # noqa: E402

django.setup()
logging.disable(logging.CRITICAL)

import httpx  # noqa: E402
from django.db import transaction  # noqa: E402

from accounts.models import Client  # noqa: E402
from astrapay_portal.embedded.portal import beat, python, worker  # noqa: E402
from astrapay_portal.embedded.processes import LOOPBACK, Program, end, free_port, until  # noqa: E402
from core import clock, wakeups  # noqa: E402
from core.actor import Actor, Channel  # noqa: E402
from tests.running import descendants  # noqa: E402
from webhooks import signing  # noqa: E402
from webhooks.events import SEND, Change, Message, body_of, delivery_of, publish  # noqa: E402
from webhooks.models import Delivery, Endpoint, Event  # noqa: E402

TYPE = "PIX_QR_INBOUND"
HEALTHY = 100
EVENTS_A_SECOND = 50


# Who is told ---------------------------------------------------------------------------------------------------------


class Receiver:
    """One process on `localhost`, whose certificate the workers trust."""

    def __init__(self) -> None:
        AUTHORITY.server_context(FOLDER, "localhost")
        chain = max(FOLDER.glob("server-*.pem"), key=lambda file: file.stat().st_mtime)
        self.url = f"https://localhost:{free_port()}"
        self.trusted = ssl.create_default_context(cafile=str(AUTHORITY.file))
        self.program = python(
            *("receiver", "-m", "granian", "benchmarks.receiver:receive", "--interface", "rsgi", "--host", LOOPBACK),
            *("--port", self.url.rpartition(":")[2], "--log-level", "warning"),
            *("--ssl-certificate", str(chain), "--ssl-keyfile", str(chain)),
        )

    def answers(self) -> bool:
        try:
            return bool(self.get("/arrivals") or True)
        except httpx.HTTPError:
            return False

    def get(self, path: str) -> str:
        return httpx.get(self.url + path, verify=self.trusted, timeout=60).text

    def arrivals(self) -> dict[str, float]:
        """When each message came first, in seconds of this machine's clock."""
        lines = (line.split() for line in self.get("/arrivals").splitlines())
        return {message: float(moment) for message, moment in lines}


def merchant(number: int, url: str) -> Endpoint:
    """A client with one endpoint."""
    client, _made = Client.objects.get_or_create(
        public_id=f"cli_bench{number:04}",
        defaults={
            "trade_name": f"Bench {number}",
            "legal_name": f"Bench {number}",
            "document": f"{number:014}",
            "brcode_name": "BENCH",
            "brcode_city": "SAO PAULO",
        },
    )
    Endpoint.objects.filter(client=client).update(status="INACTIVE")
    moment = clock.now()
    return Endpoint.objects.create(
        client=client,
        endpoint_id=f"wh_{uuid.uuid4().hex[:16]}",
        url=url,
        event_type=TYPE,
        secret=signing.seal(signing.new_secret()),
        created_by="bench",
        created_at=moment,
        updated_at=moment,
    )


# Who sends -----------------------------------------------------------------------------------------------------------


@contextmanager
def running(*programs: Program) -> Iterator[list[int]]:
    """The processes' numbers."""
    started = []
    try:
        for program in programs:
            with (FOLDER / f"{program.name}.log").open("ab") as log:
                started.append((program.launch(log), program))
        yield [process.pid for process, _program in started]
    finally:
        for process, program in started:
            end(process, program)


def megabytes(pids: Sequence[int]) -> float:
    """Resident memory of the processes and their children."""
    everyone = [each for pid in pids for each in (pid, *descendants(pid))]
    kilobytes = [
        int(line.split()[1])
        for pid in everyone
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    ]
    return sum(kilobytes) / 1024


def processor_seconds(pids: Sequence[int]) -> float:
    """Of user and system together."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


# What is told --------------------------------------------------------------------------------------------------------


def message(endpoint: Endpoint) -> tuple[Actor, Change, Message]:
    txid = uuid.uuid4().hex
    fields = {"txid": txid, "amount": 10.5, "type": "PAYMENT", "status": "PAID", "userReference": "bench"}
    actor = Actor(endpoint.client_id, Channel.SYSTEM, "bench")
    return actor, Change("charge.paid", "CHARGES", "charge", txid, version=2), Message(TYPE, fields)


def tell(endpoint: Endpoint) -> tuple[str, float]:
    """Publishes as every action does: the event's id and the moment of its commit."""
    actor, change, told = message(endpoint)
    with transaction.atomic():
        event = publish(change, actor=actor, message=told)
    return event.event_id, time.time()


def queue_backlog(endpoints: list[Endpoint], count: int) -> None:
    """What a long outage leaves behind, in one transaction."""
    with transaction.atomic():
        for start in range(0, count, 1000):
            owners = [endpoints[number % len(endpoints)] for number in range(start, min(start + 1000, count))]
            events = Event.objects.bulk_create(event_for(owner) for owner in owners)
            Delivery.objects.bulk_create(map(delivery_of, events, owners))
        wakeups.after_commit(SEND)


def event_for(endpoint: Endpoint) -> Event:
    actor, change, told = message(endpoint)
    return Event(
        client_id=endpoint.client_id,
        event_id=f"msg_{uuid.uuid4().hex[:27]}",
        name=change.name,
        object_type=change.object_type,
        object_id=change.object_id,
        version=change.version,
        actor=actor.name,
        channel=actor.channel.value,
        message_type=told.type,
        body=body_of(told, change, None),
        created_at=clock.now(),
    )


# What is measured ----------------------------------------------------------------------------------------------------


def drain(endpoints: list[Endpoint], workers: list[int], count: int) -> dict[str, Any]:
    """Deliveries a second of a backlog, from its commit to the last answer written down, and the memory it takes."""
    waiting = Delivery.objects.filter(due_at__isnull=False)
    queue_backlog(endpoints, count)
    began, memory, spent = time.monotonic(), [megabytes(workers)], processor_seconds(workers)
    for left in (count // 2, 0):
        while waiting.count() > left:
            time.sleep(0.25)
        memory.append(megabytes(workers))
    return {
        "a second": count / (time.monotonic() - began),
        "cpu ms": (processor_seconds(workers) - spent) * 1000 / count,
        "megabytes": memory,
    }


def delays(receiver: Receiver, endpoints: list[Endpoint], seconds: float, dead: Endpoint | None = None) -> list[float]:
    """Milliseconds from each commit to the first attempt at the receiver. A dead endpoint's own do not count."""
    told, began = {}, time.monotonic()
    for number in range(int(seconds * EVENTS_A_SECOND)):
        time.sleep(max(0, began + number / EVENTS_A_SECOND - time.monotonic()))
        event_id, moment = tell(endpoints[number % len(endpoints)])
        told[event_id] = moment
        if dead and number % 10 == 0:
            tell(dead)
    seen: dict[str, float] = {}
    until(lambda: told.keys() <= seen.keys() or bool(seen.update(receiver.arrivals())), 60)
    return [(seen[event_id] - moment) * 1000 for event_id, moment in told.items()]


def with_a_dead_one(receiver: Receiver, endpoints: list[Endpoint], seconds: float, rounds: int) -> dict[str, float]:
    """The healthy endpoints' p95 without and with it, in turns, so that both meet the same machine."""
    without, beside = [], []
    for number in range(rounds):
        without += delays(receiver, endpoints, seconds)
        dead = merchant(HEALTHY, f"{receiver.url}/dead/{number}")
        beside += delays(receiver, endpoints, seconds, dead)
        Endpoint.objects.filter(pk=dead.pk).update(status="INACTIVE")
    return {"without": p95(without), "beside": p95(beside)}


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliveries")
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    receiver = Receiver()
    endpoints = [merchant(number, f"{receiver.url}/{number}") for number in range(HEALTHY)]
    with running(receiver.program), running(worker(), beat(FOLDER)) as (sender, _clock):
        until(receiver.answers, 20)
        delays(receiver, endpoints, 3)
        found = {
            "backlog": asked.backlog,
            "delays": with_a_dead_one(receiver, endpoints, asked.seconds, asked.rounds),
            "drain": drain(endpoints, [sender], asked.backlog),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
