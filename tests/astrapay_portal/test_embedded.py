"""The servers that come with the product: apart from each other, gone when stopped, whole after a crash."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from astrapay_portal.embedded import places, services
from astrapay_portal.embedded.postgres import Postgres
from astrapay_portal.embedded.processes import Failed, PidFile, Program, birth, free_port, taken, until
from astrapay_portal.embedded.services import Services
from astrapay_portal.embedded.supervisor import Log, Supervisor
from astrapay_portal.environment import PROJECT
from tests.astrapay_portal.folders import open_folder


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def running(data_dir: Path) -> Iterator[Services]:
    started = services.start(data_dir, throwaway=True)
    yield started
    started.stop()


def valkey(services: Services, **changed: str) -> "redis.Redis":
    address = urlsplit(services.redis_url)
    password = changed.get("password", address.password)
    return redis.Redis(port=address.port or 0, password=password, decode_responses=True)


def written_in(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        return connection.execute("select n from written").fetchall()


def write_in(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table written as select 1 as n")


def test_two_at_once_do_not_clash_and_know_nothing_of_each_other(running: Services) -> None:
    write_in(running.database_url)
    with open_folder() as elsewhere:
        other = services.start(elsewhere, throwaway=True)
        try:
            with psycopg.connect(other.database_url) as connection:
                assert connection.execute("select to_regclass('written')").fetchone() == (None,)
            valkey(running).set("here", 1)
            assert valkey(other).get("here") is None
        finally:
            other.stop()


def test_neither_lets_anyone_in_without_the_password(running: Services) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(running.database_url, password="guess")
    with pytest.raises(redis.AuthenticationError):
        valkey(running, password="guess").ping()


def test_only_this_user_and_the_servers_can_read_the_passwords(running: Services, data_dir: Path) -> None:
    secrets = [data_dir / "postgres" / "password", data_dir / "valkey" / "valkey.conf"]
    assert [oct(path.stat().st_mode & 0o777) for path in secrets] == ["0o600", "0o600"]


def test_the_queue_never_forgets_a_task_to_make_room(running: Services) -> None:
    assert valkey(running).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


@pytest.mark.faults
def test_stopping_leaves_no_process_and_keeps_the_data(data_dir: Path) -> None:
    first = services.start(data_dir, throwaway=True)
    write_in(first.database_url)
    first.stop()
    assert [birth(each.process.pid) for each in first.running] == [None, None]
    again = services.start(data_dir, throwaway=True)
    try:
        assert written_in(again.database_url) == [(1,)]
    finally:
        again.stop()


@pytest.mark.faults
def test_a_killed_postgres_starts_again_with_everything_committed(data_dir: Path) -> None:
    first = services.start(data_dir)
    write_in(first.database_url)
    for each in first.running:
        each.process.send_signal(signal.SIGKILL)  # not reaped: the next start finds a zombie with the old number
    again = services.start(data_dir)
    try:
        assert written_in(again.database_url) == [(1,)]
    finally:
        again.stop()
        first.stop()


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_the_servers_end_when_whoever_started_them_is_killed(data_dir: Path) -> None:
    script = (
        "import pathlib, sys; from astrapay_portal.embedded import services;"
        "started = services.start(pathlib.Path(sys.argv[1]), throwaway=True);"
        "print(*(each.process.pid for each in started.running), flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", script, str(data_dir)], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    assert len(pids) == 2
    assert until(lambda: not any(map(birth, pids)), 10)


def test_a_cluster_whose_making_was_interrupted_is_made_again(data_dir: Path) -> None:
    unfinished = Postgres(data_dir).home / "unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18")
    services.start(data_dir, throwaway=True).stop()
    assert (data_dir / "postgres" / "cluster" / "global").is_dir()


@pytest.mark.faults
def test_a_leftover_is_ended_and_a_stranger_with_its_number_is_not(tmp_path: Path) -> None:
    sleeper = Program("sleeper", ["sleep", "60"], folder=tmp_path).launch()
    record = PidFile(tmp_path / "sleeper.pid")
    record.path.write_text(f'{{"pid": {sleeper.pid}, "birth": "another moment"}}')
    assert not record.end_leftover()
    assert birth(sleeper.pid) is not None
    record.write(sleeper.pid)
    assert record.end_leftover()
    assert sleeper.wait(1) == -signal.SIGINT


def test_a_program_that_cannot_be_started_at_the_moment_is_tried_again(tmp_path: Path) -> None:
    obstacles: list[Exception] = [OSError("the disk is full"), Failed("initdb failed")]

    def program() -> Program:
        if obstacles:
            raise obstacles.pop()
        return Program("sleeper", ["sleep", "60"], folder=tmp_path)

    async def story() -> None:
        supervisor = Supervisor(tmp_path, Log())
        supervisor.keep(program, "sleeper")
        await supervisor.until((tmp_path / "sleeper.pid").exists, "the sleeper does not sleep")
        await supervisor.stop({"sleeper"})

    asyncio.run(story())
    assert obstacles == []


def test_a_document_is_masked_whichever_program_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        words = "FATAL: payer 390.533.447-05, 39053344705"
        await Supervisor(tmp_path, Log()).run_once(Program("speaker", ["echo", words], folder=tmp_path))

    asyncio.run(story())
    assert "speaker  │ FATAL: payer [CPF], [CPF]" in capsys.readouterr().out


def test_a_port_is_taken_even_when_its_owner_would_share_it() -> None:
    port = free_port()
    assert not taken(port)
    command = (
        "import socket as s; l = s.socket(); l.setsockopt(s.SOL_SOCKET, s.SO_REUSEPORT, 1);"
        f"l.bind(('127.0.0.1', {port})); l.listen(); print(flush=True); input()"
    )
    owner = subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    assert owner.stdout is not None
    owner.stdout.readline()
    assert taken(port)
    owner.communicate(b"\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_below_a_closed_folder_the_servers_move_to_an_open_one(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = places.servers_folder(closed / "data")
    try:
        assert places.reachable(folder)
        assert folder == places.servers_folder(closed / "data")
        assert folder != places.servers_folder(closed / "other")
    finally:
        for name in ("data", "other"):
            places.shared_folder(closed / name).rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_binaries_in_a_closed_folder_are_copied_with_their_libraries(data_dir: Path, tmp_path: Path) -> None:
    wheel, libraries = tmp_path / "wheel", tmp_path / "wheel.libs"
    for package in (wheel, libraries):
        package.mkdir()
        (package / "file").touch()
    copy = places.runnable(wheel, libraries, folder=data_dir)
    assert places.reachable(copy / "file")
    assert (copy.parent / "wheel.libs" / "file").exists()
    assert places.runnable(wheel, libraries, folder=data_dir) == copy
