"""Child processes that never outlive whoever started them, and free ports for them to listen on."""

import ctypes
import errno
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1
SUPERVISED = "ASTRAPAY_SUPERVISED"  # in the environment of what `manage.py up` runs
LOOPBACK = "127.0.0.1"
libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a program runs as when its parent is root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """A command to run, and the polite way to end it."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        """Arguments for Popen and for asyncio.create_subprocess_exec.

        A process group of its own keeps a terminal's Ctrl-C away, so that the parent decides who stops first.
        """
        identity = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        return {
            "cwd": self.folder,
            "env": {**os.environ, **self.environment},
            "stdin": subprocess.DEVNULL,
            "process_group": 0,
            "preexec_fn": die_with_parent(self.stop_signal),
            **identity,
        }

    def launch(self, log: IO[bytes] | int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT, **self.options())  # noqa: S603

    def run(self) -> str:
        """Runs it to its end; what it printed. Raises Failed."""
        done = subprocess.run(self.command, capture_output=True, text=True, check=False, **self.options())  # noqa: S603
        if done.returncode:
            raise Failed(f"{self.name} failed: {done.stderr or done.stdout}")
        return str(done.stdout)


class Failed(RuntimeError):
    """A program ended with an error."""


class Server(Protocol):
    """A database server that can be started, asked whether it answers, and started again."""

    name: str

    @property
    def url(self) -> str: ...

    def program(self) -> Program:
        """What to run; makes the data folder first and clears what a crash left in it."""

    def answers(self) -> bool: ...


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the signal when the thread that started this process ends, however it ends.

    Elsewhere than on Linux nothing is done; `PidFile.end_leftover` cleans up at the next start.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:  # it died before the kernel was asked
                os._exit(1)

    return ask_kernel


def follow_parent() -> None:
    """Has this process killed when its parent ends: for workers that a killed server would leave listening."""
    parent = multiprocessing.parent_process()
    if libc is None or parent is None:
        return
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # it died before the kernel was asked
        os._exit(1)


def birth(pid: int) -> str | None:
    """When the process began, which tells it from a later one with the same number; None when it is dead."""
    if LINUX:
        with suppress(OSError):
            state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return None if state == "Z" else fields[18]
        return None
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return shown.stdout.strip() or None


def signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Waits for the condition; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(process: "subprocess.Popen[bytes]", program: Program, patience: float = 5) -> None:
    """Stops the process politely, then by force, together with whatever it started."""
    with suppress(ProcessLookupError):
        process.send_signal(program.stop_signal)
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


@dataclass(frozen=True, slots=True)
class PidFile:
    """Remembers a child across a kill -9 of its parent."""

    path: Path

    def write(self, pid: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"pid": pid, "birth": birth(pid)}))

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def end_leftover(self, patience: float = 5) -> bool:
        """Ends the recorded process if it still runs. A stranger that got its number is left alone."""
        try:
            record = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return False
        pid, born = int(record["pid"]), record["birth"]
        found = born is not None and birth(pid) == born
        if found:
            signal_group(pid, signal.SIGINT)
            if not until(lambda: birth(pid) != born, patience):
                signal_group(pid, signal.SIGKILL)
                until(lambda: birth(pid) != born, patience)
        self.forget()
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def taken(port: int) -> bool:
    """Whether another program listens where `localhost` leads. Binding says so even when that one shares its port."""
    return any(not can_bind(family, port) for family in (socket.AF_INET, socket.AF_INET6))


def can_bind(family: socket.AddressFamily, port: int) -> bool:
    try:
        probe = socket.socket(family)
    except OSError:  # a machine without IPv6
        return True
    with probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK if family == socket.AF_INET else "::1", port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def listening_on(port: int) -> Iterator[int]:
    """The processes that listen on the port, as far as this user may see them."""
    wanted = f":{port:04X}"
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            inodes |= {f"socket:[{row[9]}]" for row in rows if row[1].endswith(wanted) and row[3] == "0A"}
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            if any(os.readlink(handle) in inodes for handle in folder.iterdir()):
                yield int(folder.parent.name)
