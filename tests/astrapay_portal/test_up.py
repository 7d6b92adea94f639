"""`manage.py up`: one command, one log, and nothing that a kill -9 could leave broken."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from astrapay_portal.embedded.processes import LOOPBACK, birth, free_port, until
from astrapay_portal.environment import PROJECT
from tests.astrapay_portal.folders import open_folder
from tests.running import RunningPortal, descendants

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def portal() -> Iterator[RunningPortal]:
    with open_folder() as folder:
        running = RunningPortal(folder)
        running.start()
        yield running
        running.stop()


def manage(command: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment = {**kept, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "astrapay_portal.settings"}
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", command, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def clients_of(portal: RunningPortal) -> int:
    url = json.loads((portal.folder / "services.json").read_text())["database_url"]
    with psycopg.connect(url) as connection:
        found = connection.execute("select count(*) from accounts_client").fetchone()
    return int(found[0]) if found else 0


def test_a_second_one_says_where_the_first_one_is_and_changes_nothing(portal: RunningPortal) -> None:
    before = (portal.folder / "services.json").read_text()
    second = manage("up", portal.folder, "--port", str(free_port()))
    assert second.returncode == 0
    assert f"Already running at {portal.url}" in second.stdout
    assert (portal.folder / "services.json").read_text() == before
    assert portal.answers()


def test_the_addresses_of_the_servers_are_for_this_user_alone(portal: RunningPortal) -> None:
    assert (portal.folder / "services.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "pattern", ["bin/postgres -D", "valkey-server", "granian astrapay", "celery.* worker", "celery.* beat"]
)
def test_what_is_killed_starts_again(portal: RunningPortal, pattern: str) -> None:
    killed = portal.kill(pattern)
    assert killed
    assert until(lambda: bool(set(portal.pids(pattern)) - set(killed)), 15)
    portal.wait_until_answering(20)
    assert clients_of(portal) == 3


def test_a_killed_web_worker_is_replaced_beside_the_others(portal: RunningPortal) -> None:
    main, *workers = sorted(portal.pids("granian astrapay"))
    os.kill(workers[0], signal.SIGKILL)
    assert until(lambda: len(portal.pids("granian astrapay")) == len(workers) + 1, 15)
    assert birth(main) is not None
    portal.wait_until_answering(20)


def test_after_a_kill_of_everything_at_once_nothing_stays_and_the_next_one_finds_its_data(
    portal: RunningPortal,
) -> None:
    assert portal.process is not None
    children = descendants(portal.process.pid)
    server = min(portal.pids("granian astrapay"))
    portal.process.kill()
    os.kill(server, signal.SIGKILL)  # its workers would go on listening
    portal.process.wait()
    assert until(lambda: not any(map(birth, children)), 10)
    portal.start()
    assert clients_of(portal) == 3


def test_it_is_stopped_from_another_terminal_within_seconds(portal: RunningPortal) -> None:
    assert portal.process is not None
    children = descendants(portal.process.pid)
    began = time.monotonic()
    down = manage("down", portal.folder)
    assert portal.process.wait(10) == 0
    assert f"Stopped {portal.url}" in down.stdout
    assert time.monotonic() - began < 10
    assert not any(map(birth, children))
    assert not (portal.folder / "services.json").exists()
    assert "Nothing was running" in manage("down", portal.folder).stdout


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.create_server((LOOPBACK, 0)) as stranger, open_folder() as folder:
        port = stranger.getsockname()[1]
        refused = manage("up", folder, "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} belongs to another program (process {os.getpid()})" in refused.stdout
    assert f"make run PORT={port + 1}" in refused.stdout


def test_a_port_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert "PORT must be a number" in manage("up", tmp_path, "--port", "http").stderr
