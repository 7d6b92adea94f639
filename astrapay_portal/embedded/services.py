"""Postgres and Valkey for whoever needs them: one call starts both, another stops them."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from astrapay_portal.embedded import places
from astrapay_portal.embedded.postgres import Postgres
from astrapay_portal.embedded.processes import Program, Server, end, until
from astrapay_portal.embedded.valkey import Valkey

START_SECONDS = 10


class DidNotStart(RuntimeError):
    """A server does not answer; the message ends with what it said last."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server and its process."""

    program: Program
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        end(self.process, self.program)


@dataclass(frozen=True, slots=True)
class Services:
    """Addresses of running servers, which end with this process or by `stop`."""

    database_url: str
    redis_url: str
    running: list[Running] = field(default_factory=list, repr=False)

    def stop(self) -> None:
        for each in reversed(self.running):
            each.stop()


def start(data_dir: Path, *, throwaway: bool = False) -> Services:
    """Starts both below `data_dir` and waits until they answer. Raises DidNotStart."""
    folder = places.servers_folder(data_dir)
    postgres, valkey = Postgres(folder, throwaway=throwaway), Valkey(folder, throwaway=throwaway)
    running: list[Running] = []
    try:
        for server in (postgres, valkey):
            running.append(start_one(server, data_dir / "run"))
    except BaseException:
        Services("", "", running).stop()
        raise
    return Services(postgres.url, valkey.url, running)


def start_one(server: Server, logs: Path) -> Running:
    logs.mkdir(parents=True, exist_ok=True)
    log_path = logs / f"{server.name}.log"
    program = server.program()
    with log_path.open("wb") as log:
        running = Running(program, launch_until_it_answers(server, program, log))
    if not server.answers():
        running.stop()
        raise DidNotStart(f"{server.name} does not answer: {log_path.read_text()[-2000:]}")
    return running


def launch_until_it_answers(server: Server, program: Program, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Tries again when the server leaves at once, as it does while the last one's shared memory is being given back."""
    process = program.launch(log)

    def answers() -> bool:
        nonlocal process
        if process.poll() is not None:
            process = program.launch(log)
        return server.answers()

    until(answers, START_SECONDS)
    return process
