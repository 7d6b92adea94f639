"""The whole product on one machine: servers, then pages, worker and clock, in one foreground process."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from astrapay_portal.embedded import places
from astrapay_portal.embedded.postgres import Postgres
from astrapay_portal.embedded.processes import LOOPBACK, SUPERVISED, Program, listening_on, taken
from astrapay_portal.embedded.supervisor import (
    AlreadyRunning,
    DidNotStart,
    Log,
    Stopped,
    Supervisor,
    end_leftovers,
    holder,
    only_one,
)
from astrapay_portal.embedded.valkey import Valkey
from astrapay_portal.environment import PROJECT
from core import private_files

WEB_WORKERS = 2
ANSWER_SECONDS = 5
SERVERS = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}


class Portal:
    """What `manage.py up` runs, with everything it keeps below `data_dir`."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port
        self.url = f"http://localhost:{port}"
        self.lock = lock_of(data_dir)
        self.log = Log()

    async def run(self) -> int:
        """Runs until a signal comes; the exit code."""
        try:
            with only_one(self.lock, {"url": self.url}):
                return await self.run_alone()
        except AlreadyRunning:
            running = holder(self.lock) or {}
            self.say(f"Already running at {running.get('url')} (process {running.get('pid')}). Stop it with: make stop")
            return 0

    async def run_alone(self) -> int:
        for name in end_leftovers(self.lock.parent):
            self.say(f"ended {name}, left behind by a run that was killed")
        if taken(self.port):
            owners = ", ".join(map(str, listening_on(self.port))) or "unknown"
            self.say(f"Port {self.port} belongs to another program (process {owners}).")
            self.say(f"Stop that program, or choose another port: make run PORT={self.port + 1}")
            return 1
        supervisor = Supervisor(self.lock.parent, self.log)
        try:
            with suppress(Stopped):
                await self.start(supervisor)
                await supervisor.stopping.wait()
        except DidNotStart as error:
            self.say(str(error))
            return 1
        finally:
            self.say("stopping")
            await supervisor.stop({"web", "worker", "beat"})
            await supervisor.stop({"postgres", "valkey"})
            self.addresses.unlink(missing_ok=True)
        return 0

    async def start(self, supervisor: Supervisor) -> None:
        await self.start_servers(supervisor)
        await supervisor.run_once(prepare())
        for program in (partial(web, self.port), worker, partial(beat, self.lock.parent)):
            supervisor.keep(program)
        await supervisor.until(partial(answers, self.port), f"{self.url} does not answer")
        self.announce()

    async def start_servers(self, supervisor: Supervisor) -> None:
        """Starts those servers that the environment does not name, and tells the environment their addresses."""
        folder = places.servers_folder(self.data_dir)
        missing = {name: server(folder) for name, server in SERVERS.items() if not os.environ.get(name)}
        await asyncio.gather(*map(supervisor.start_server, missing.values()))
        os.environ.update({name: server.url for name, server in missing.items()})
        os.environ["PORT"] = str(self.port)
        os.environ.setdefault("PUBLIC_URL", self.url)
        os.environ.setdefault("API_URL", self.url)
        self.tell_addresses()

    @property
    def addresses(self) -> Path:
        return self.data_dir / "services.json"

    def tell_addresses(self) -> None:
        """Lets `manage.py shell` and others find the servers while they run."""
        facts = {"database_url": os.environ["DATABASE_URL"], "redis_url": os.environ["REDIS_URL"], "url": self.url}
        private_files.replace(self.addresses, json.dumps({**facts, "pid": os.getpid()}))

    def announce(self) -> None:
        self.say("")
        self.say(f"AstraPay is at {self.url}")
        for line in sign_ins(self.data_dir / "demo.json", self.url):
            self.say(line)
        self.say("Ctrl-C stops it.")

    def say(self, line: str) -> None:
        self.log.say("astrapay", line)


def lock_of(data_dir: Path) -> Path:
    return data_dir / "run" / "lock"


def python(name: str, *arguments: str) -> Program:
    return Program(
        name, [sys.executable, *arguments], folder=PROJECT, environment={"PYTHONUNBUFFERED": "1", SUPERVISED: "yes"}
    )


def prepare() -> Program:
    return python("prepare", "manage.py", "prepare")


def web(port: int) -> Program:
    return python(
        *("web", "-m", "granian", "astrapay_portal.asgi:application", "--interface", "asginl"),
        *("--host", LOOPBACK, "--port", str(port), "--workers", str(WEB_WORKERS)),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "3"),
        *("--log-level", "warning"),
    )


def worker() -> Program:
    """Threads, because tasks mostly wait for gateways and receivers; and one process leaves no orphans when killed."""
    return python(
        *("worker", "-W", "ignore:You're running the worker with superuser", "-m"),
        *("celery", "--quiet", "-A", "astrapay_portal", "worker", "-P", "threads", "-c", "4"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )


def beat(run: Path) -> Program:
    """A process of its own: inside a worker it would survive the worker's kill -9 and go on ticking."""
    schedule = str(run / "schedule")
    return python(
        *("beat", "-m", "celery", "--quiet", "-A", "astrapay_portal", "beat"),
        *("--schedule", schedule, "--pidfile", ""),
    )


async def answers(port: int) -> bool:
    """Whether the pages and their database are up."""
    with suppress(OSError):
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = await reader.readline()
            writer.close()
            return b" 200 " in status
    return False


def sign_ins(demo: Path, url: str) -> list[str]:
    """The sign-ins of the demo data, one a line. The file is told when the portal has moved to another port."""
    try:
        facts: dict[str, Any] = json.loads(demo.read_text())
    except FileNotFoundError:
        return []
    if facts["url"] != url:
        private_files.replace(demo, json.dumps({**facts, "url": url}, indent=2, ensure_ascii=False) + "\n")
    lines = ["", "Staff, at /admin/", "  {email}  {password}".format(**facts["staff"])]
    for client in facts["clients"]:
        lines += ["", f"{client['name']} ({client['document']})"]
        lines += [f"  {user['email']}  {user['password']}  {', '.join(user['roles'])}" for user in client["users"]]
        if api := client.get("api"):
            lines.append(f"  API  {api['client_id']}  {api['client_secret']}")
    return [*lines, ""]
