"""Connections to pinned addresses, and those that are kept for a few seconds for the next call to the same URL."""

import ssl
import threading
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import httpcore
import httpx

from core.outbound.wire import Deadline, PinnedBackend, type_address

# Shorter than any usual server keeps one that is idle.
KEPT_SECONDS = 4.0
MOST_KEPT = 256


class Server(NamedTuple):
    """What a connection is made to. One is used again only for the same URL at the same address: whoever answers
    one path of a host must not be able to answer what is sent to another."""

    url: str
    host: str
    port: int
    address: type_address
    ca_file: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A connection and the deadline of the call that uses it now."""

    server: Server
    connection: httpcore.HTTPConnection
    deadline: Deadline

    @classmethod
    def to(cls, server: Server, deadline: Deadline) -> "Line":
        connection = httpcore.HTTPConnection(
            httpcore.Origin(b"https", server.host.encode(), server.port),
            ssl_context=trusted_authorities(server.ca_file),
            network_backend=PinnedBackend(server.address, deadline),
            keepalive_expiry=KEPT_SECONDS,
        )
        return cls(server, connection, deadline)

    def close(self) -> None:
        self.connection.close()


class Lines:
    """The connections of this process that wait for a next call, the longest waiting first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.idle: list[Line] = []

    def take(self, server: Server, deadline: Deadline) -> Line | None:
        """A connection that its server has not closed as far as can be seen from here."""
        while (line := self._pop(server)) is not None:
            if not line.connection.has_expired():
                line.deadline.follow(deadline)
                return line
            line.close()
        return None

    def give(self, line: Line) -> None:
        """Keeps the connection if it can be used again, and closes what has waited too long."""
        if not line.connection.is_idle():
            line.close()
            return
        with self._lock:
            self.idle.append(line)
            surplus = len(self.idle) - MOST_KEPT
            ended = [each for place, each in enumerate(self.idle) if place < surplus or each.connection.has_expired()]
            self.idle = [each for each in self.idle if each not in ended]
        for each in ended:
            each.close()

    def _pop(self, server: Server) -> Line | None:
        with self._lock:
            for place in reversed(range(len(self.idle))):
                if self.idle[place].server == server:
                    return self.idle.pop(place)
        return None


@cache
def trusted_authorities(ca_file: str | None) -> ssl.SSLContext:
    """Reading the authorities costs tens of milliseconds, so each process does it once."""
    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context
