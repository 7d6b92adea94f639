"""Runs a handful of programs in one foreground process, with one log: what dies is started again, all end together."""

import asyncio
import fcntl
import json
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from subprocess import SubprocessError
from typing import IO

from astrapay_portal.embedded.processes import Failed, PidFile, Program, Server, signal_group, until
from core import logs

PATIENCE = 5.0
LOOKING_SECONDS = 0.5  # `holder` has the lock for a moment while it looks
START_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
SETTLED_SECONDS = 10.0
COLOURS = cycle(("36", "33", "35", "32", "34"))
LONGEST_LINE = 1024 * 1024


class AlreadyRunning(RuntimeError):
    """Another process holds the lock of the data folder."""


class DidNotStart(RuntimeError):
    """A program that the others need does not come up."""


class Stopped(Exception):
    """A signal came before everything was up."""


class Log:
    """One stream for all: each line carries the name of the program that said it, aligned, coloured on a terminal.

    Documents in it are masked here as well: not every program that speaks is ours.
    """

    def __init__(self, width: int = 9) -> None:
        self.width = width
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.colours: dict[str, str] = {}

    def say(self, name: str, line: str) -> None:
        prefix = f"{name:<{self.width}}│"
        if self.coloured:
            colour = self.colours.setdefault(name, next(COLOURS))
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        with suppress(OSError):  # whoever read this log has left; the programs go on
            sys.stdout.write(f"{prefix} {line}\n")
            sys.stdout.flush()

    async def relay(self, name: str, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # longer than LONGEST_LINE
                continue
            if not line:
                return
            self.say(name, logs.mask(line.decode(errors="replace").rstrip()))


@contextmanager
def only_one(lock: Path, facts: dict[str, object]) -> Iterator[None]:
    """Holds the lock of a data folder; the kernel gives it back however this process ends. Raises AlreadyRunning."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        if not until(lambda: locked(file, fcntl.LOCK_EX), LOOKING_SECONDS):
            raise AlreadyRunning
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), **facts}))
        file.flush()
        yield


def holder(lock: Path) -> dict[str, object] | None:
    """What the process that holds the lock wrote into it; None when nobody holds it."""
    if not lock.exists():
        return None
    with lock.open() as file:
        if locked(file, fcntl.LOCK_SH):
            return None
        with suppress(ValueError):
            return dict(json.loads(file.read()))
        return {}


def locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def end_leftovers(run: Path) -> list[str]:
    """Ends what a killed supervisor left behind; the names of what it found."""
    return [path.stem for path in sorted(run.glob("*.pid")) if PidFile(path).end_leftover()]


class Child:
    """A started program, its lines on their way to the log."""

    def __init__(self, program: Program, process: Process, log: Log, pid_file: PidFile) -> None:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        self.program, self.process, self.log, self.pid_file = program, process, log, pid_file
        self.relay = asyncio.create_task(log.relay(program.name, process.stdout))

    @classmethod
    async def start(cls, program: Program, log: Log, run: Path) -> "Child":
        process = await asyncio.create_subprocess_exec(
            *map(str, program.command), stdout=PIPE, stderr=STDOUT, limit=LONGEST_LINE, **program.options()
        )
        pid_file = PidFile(run / f"{program.name}.pid")
        pid_file.write(process.pid)
        return cls(program, process, log, pid_file)

    async def wait(self) -> int:
        """Waits for its end, then ends whatever it left running in its group; its exit code."""
        code = await self.process.wait()
        signal_group(self.process.pid, signal.SIGKILL)
        await asyncio.wait({self.relay}, timeout=1)
        self.relay.cancel()
        self.pid_file.forget()
        return code

    async def end(self) -> int:
        with suppress(ProcessLookupError):
            self.process.send_signal(self.program.stop_signal)
        wait = asyncio.create_task(self.wait())
        done, _pending = await asyncio.wait({wait}, timeout=PATIENCE)
        if not done:
            self.log.say(self.program.name, "does not stop: killed")
            signal_group(self.process.pid, signal.SIGKILL)
        return await wait


class Supervisor:
    """Keeps programs running until a signal says stop."""

    def __init__(self, run: Path, log: Log) -> None:
        self.run = run
        self.log = log
        self.stopping = asyncio.Event()
        self.keepers: dict[str, asyncio.Task[None]] = {}
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stopping.set)

    async def start_server(self, server: Server) -> None:
        """Keeps the server running and waits until it answers. Raises DidNotStart."""
        self.keep(server.program, server.name)
        await self.until(server.answers, f"{server.name} does not answer")

    async def until(self, condition: Callable[[], bool | Awaitable[bool]], otherwise: str) -> None:
        """Waits for the condition. Raises DidNotStart when it does not come true, Stopped when a signal came first."""
        deadline = time.monotonic() + START_SECONDS
        while not await as_awaited(condition()):
            if self.stopping.is_set():
                raise Stopped
            if time.monotonic() > deadline:
                raise DidNotStart(otherwise)
            await asyncio.sleep(0.05)

    def keep(self, program: Callable[[], Program], name: str | None = None) -> None:
        """Runs the program, again and again. `program` is asked before each start, so that it can clean up."""
        name = name or program().name
        self.keepers[name] = asyncio.create_task(self._keep(name, program), name=name)

    async def run_once(self, program: Program) -> None:
        """Runs a program to its end. Raises DidNotStart when it fails, Stopped when a signal came first."""
        child = await Child.start(program, self.log, self.run)
        ended, stop = asyncio.create_task(child.wait()), asyncio.create_task(self.stopping.wait())
        await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not ended.done():
            ended.cancel()
            await child.end()
            raise Stopped
        if ended.result():
            raise DidNotStart(f"{program.name} {ending(ended.result())}")

    async def stop(self, names: set[str]) -> None:
        """Stops the named programs together and waits for them."""
        tasks = [self.keepers.pop(name) for name in names & self.keepers.keys()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, program: Callable[[], Program]) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            end = await self._run(program)
            pause = FIRST_PAUSE if time.monotonic() - began > SETTLED_SECONDS else min(pause * 2, LONGEST_PAUSE)
            self.log.say(name, f"{end}; starts again in {pause:.1f} s")
            await asyncio.sleep(pause)

    async def _run(self, program: Callable[[], Program]) -> str:
        """Runs the program and says how it ended. One that could not be started is no reason to give it up: a full
        disk or a crowd of processes passes."""
        try:
            child = await Child.start(await asyncio.to_thread(program), self.log, self.run)
        except (OSError, SubprocessError, Failed) as error:
            return f"could not be started: {error}"
        try:
            return ending(await child.wait())
        except asyncio.CancelledError:
            await child.end()
            raise


async def as_awaited(answer: bool | Awaitable[bool]) -> bool:
    return answer if isinstance(answer, bool) else await answer


def ending(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
