"""A pytest plugin, loaded before Django's settings: a throw-away Postgres and Valkey for this run alone.

DATABASE_URL and REDIS_URL in the environment replace them. With pytest-xdist the controller starts Postgres, where each
worker makes a database of its own; each worker starts its own Valkey, because its channels know no databases.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from astrapay_portal.embedded import places
from astrapay_portal.embedded.postgres import Postgres
from astrapay_portal.embedded.processes import Server
from astrapay_portal.embedded.services import start_one
from astrapay_portal.embedded.supervisor import locked
from astrapay_portal.embedded.valkey import Valkey
from astrapay_portal.environment import PROJECT

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SLOT = "ASTRAPAY_TEST_SLOT"
OWN_VALKEY = "ASTRAPAY_TEST_OWN_VALKEY"
SLOTS = 20
started = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """A wrapper runs before pytest-django, whose own hook reads the settings."""
    start()
    return (yield)


def pytest_unconfigure() -> None:
    started.close()


def start() -> None:
    if not WORKER and not given("DATABASE_URL"):
        use("DATABASE_URL", Postgres(folder(), throwaway=True))
    if not given("REDIS_URL") or OWN_VALKEY in os.environ:
        os.environ[OWN_VALKEY] = "yes"
        use("REDIS_URL", Valkey(folder(), throwaway=True, name=f"valkey{WORKER}"))
    elif WORKER:
        address = urlsplit(os.environ["REDIS_URL"])
        os.environ["REDIS_URL"] = address._replace(path="/" + WORKER.removeprefix("gw")).geturl()


def given(name: str) -> bool:
    return bool(os.environ.get(name))


def use(variable: str, server: Server) -> None:
    running = start_one(server, folder() / "logs")
    started.callback(running.stop)
    os.environ[variable] = server.url


def folder() -> Path:
    """This run's own folder. Its cluster is used again by the next run, never by two at once."""
    if SLOT not in os.environ:
        os.environ[SLOT] = str(places.servers_folder(free_slot()))
    return Path(os.environ[SLOT])


def free_slot() -> Path:
    for number in range(SLOTS):
        slot = PROJECT / ".data" / "test" / str(number)
        slot.mkdir(parents=True, exist_ok=True)
        lock = (slot / "lock").open("w")
        if locked(lock, fcntl.LOCK_EX):
            started.callback(lock.close)
            return slot
        lock.close()
    raise RuntimeError(f"{SLOTS} test runs are under way in this checkout")
