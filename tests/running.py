"""The whole product as a stranger starts it: `manage.py up` in a data folder of its own, on a port of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx

from astrapay_portal.environment import PROJECT

START_SECONDS = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningPortal:
    """Started by `start`, stopped by `stop`; `kill` ends single processes with SIGKILL."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "up.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.merchants: dict[int, RemoteMerchant] = {}

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment = {
            **kept,
            **self.settings,
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "astrapay_portal.settings",
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=PROJECT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_answering()

    def wait_until_answering(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                raise RuntimeError(f"the portal does not answer:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        for merchant in self.merchants.values():
            merchant.http.close()
        self.merchants.clear()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    @property
    def addresses(self) -> dict[str, Any]:
        """Where its servers listen, for those who look behind the scenes."""
        return dict(json.loads((self.folder / "services.json").read_text()))

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "demo.json").read_text()))

    def user(self, email: str) -> dict[str, str]:
        return next(user for client in self.demo["clients"] for user in client["users"] if user["email"] == email)

    def pids(self, pattern: str) -> list[int]:
        """Processes below this portal whose command line matches."""
        children = descendants(self.process.pid if self.process else 0)
        return [pid for pid in children if re.search(pattern, command_of(pid))]

    def kill(self, pattern: str) -> list[int]:
        """kill -9 of every process that matches."""
        killed = self.pids(pattern)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        return killed

    def merchant(self, client: int = 0) -> "RemoteMerchant":
        """The system of one of the demo's clients, with one token for all its calls."""
        if client not in self.merchants:
            self.merchants[client] = RemoteMerchant(self.url, self.demo["clients"][client]["api"])
        return self.merchants[client]


class RemoteMerchant:
    """A merchant's system outside the process: real HTTP, real tokens. A try that fails is made again with its key."""

    def __init__(self, url: str, api: dict[str, str]) -> None:
        self.http = httpx.Client(base_url=url, timeout=20)
        self.api = api
        self.token = self.ask_token()

    def ask_token(self) -> str:
        answer = self.http.post("/v1/token", data={"grant_type": "client_credentials", **self.api})
        return str(answer.raise_for_status().json()["access_token"])

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "x-transaction-id": key or str(uuid.uuid4())}
        return self.http.request(method, path, json=body, headers=headers)

    def persist(self, method: str, path: str, body: Any = None, *, seconds: float = 90) -> httpx.Response:
        """What a careful integrator does: the same request with the same key until there is an answer."""
        key, deadline = str(uuid.uuid4()), time.monotonic() + seconds
        while True:
            try:
                answer = self.call(method, path, body, key=key)
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    return answer
            except httpx.HTTPError:
                answer = None
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path}: {answer.text if answer is not None else 'no answer'}")
            time.sleep(0.3)


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, from /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\x00", b" ").decode(errors="replace")
    except OSError:
        return ""


def eventually(condition: Any, *, seconds: float, what: str) -> Any:
    """The first true value of `condition()`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)
    return value
