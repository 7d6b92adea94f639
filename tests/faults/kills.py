"""What may be killed in a running portal, and a schedule that is random and can be repeated."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import redis

from tests.running import RunningPortal

Kill = Callable[[RunningPortal], None]


WEB, WORKER, SCHEDULER = "granian astrapay", "celery.* worker", "celery.* beat"
POSTGRES, VALKEY = "bin/postgres -D", "valkey-server"
PROCESSES = (WEB, WORKER, SCHEDULER, POSTGRES, VALKEY)


def web_worker(portal: RunningPortal) -> None:
    """One of granian's processes; its first one only watches over the others."""
    workers = sorted(portal.pids(WEB))[1:]
    if workers:
        os.kill(random.choice(workers), signal.SIGKILL)


def web(portal: RunningPortal) -> None:
    portal.kill(WEB)


def worker(portal: RunningPortal) -> None:
    portal.kill(WORKER)


def scheduler(portal: RunningPortal) -> None:
    portal.kill(SCHEDULER)


def postgres(portal: RunningPortal) -> None:
    portal.kill(POSTGRES)


def valkey(portal: RunningPortal) -> None:
    portal.kill(VALKEY)


def valkey_and_its_data(portal: RunningPortal) -> None:
    with suppress(redis.ConnectionError), redis.Redis.from_url(portal.addresses["redis_url"]) as client:
        client.flushall()  # unless it is still coming back from the last kill
    valkey(portal)


def supervisor(portal: RunningPortal) -> None:
    """The one that nobody starts again but a person, who does so at once."""
    assert portal.process is not None
    portal.process.kill()
    portal.process.wait()
    portal.start()


KILLS: tuple[Kill, ...] = (web_worker, web, worker, scheduler, postgres, valkey, valkey_and_its_data, supervisor)
PAUSE_SECONDS = (0.5, 4.0)


def schedule(seed: int, seconds: float) -> Iterator[Kill]:
    """Every kill once in a random order, with random pauses; again and again until the time is over."""
    dice, end = random.Random(seed), time.monotonic() + seconds
    while True:
        for kill in dice.sample(KILLS, len(KILLS)):
            time.sleep(dice.uniform(*PAUSE_SECONDS))
            yield kill
        if time.monotonic() > end:
            return
