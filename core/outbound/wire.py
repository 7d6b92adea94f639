"""A connection to one pinned address, on which every step ends when the deadline of the whole call passes."""

import select
import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import httpcore
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

type_address = IPv4Address | IPv6Address


class Failure(TextChoices):
    """Why there was no answer, in words that may be shown: they tell nothing of our side."""

    NAME = "NAME", _("The name of the server could not be found.")
    UNREACHABLE = "UNREACHABLE", _("The server could not be reached.")
    TLS = "TLS", _("The server's certificate or TLS set-up is not valid.")
    TIMED_OUT = "TIMED_OUT", _("The server did not finish its answer in time.")
    CLOSED_EARLY = "CLOSED_EARLY", _("The server closed the connection before its answer was complete.")
    NOT_HTTP = "NOT_HTTP", _("The server's answer is not valid HTTP.")


class NoAnswer(Exception):
    """No complete answer came; whether the other side acted on the request is not known."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure
        self.reason = failure.label

    def __str__(self) -> str:
        return str(self.reason)


class Deadline:
    """A moment on the monotonic clock, in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self.started = time.monotonic()
        self._end = self.started + seconds

    def follow(self, next_call: "Deadline") -> None:
        """Has everything that knows this deadline obey the one of the next call."""
        self.started, self._end = next_call.started, next_call._end

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def remaining(self) -> float:
        """Seconds that are left. Raises NoAnswer when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise NoAnswer(Failure.TIMED_OUT)
        return left


class Wire(httpcore.NetworkStream):
    """A socket whose every operation gets what is left of the deadline, so that dripping bytes win no time."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.remaining())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise NoAnswer(Failure.TIMED_OUT) from error
        except OSError as error:
            raise NoAnswer(Failure.CLOSED_EARLY) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        unsent = memoryview(buffer)
        while unsent:
            self._socket.settimeout(self._deadline.remaining())
            try:
                unsent = unsent[self._socket.send(unsent) :]
            except TimeoutError as error:
                raise NoAnswer(Failure.TIMED_OUT) from error
            except OSError as error:
                # httpcore then reads the answer of a server that refused before it had read everything.
                raise httpcore.WriteError from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Wire":
        self._socket.settimeout(self._deadline.remaining())
        try:
            return Wire(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except TimeoutError as error:
            raise NoAnswer(Failure.TIMED_OUT) from error
        except (OSError, ValueError) as error:
            raise NoAnswer(Failure.TLS) from error

    def get_extra_info(self, info: str) -> Any:
        """httpcore asks an idle connection this: bytes that nobody asked for, or the end, make it useless."""
        return bool(select.select([self._socket], [], [], 0)[0]) if info == "is_readable" else None


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the address that was checked, whatever the name resolves to by now; TLS still verifies the name."""

    def __init__(self, address: type_address, deadline: Deadline) -> None:
        self._address = address
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Wire:
        family = socket.AF_INET if self._address.version == 4 else socket.AF_INET6
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            connecting.settimeout(self._deadline.remaining())
            connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connecting.connect((str(self._address), port))
        except TimeoutError as error:
            connecting.close()
            raise NoAnswer(Failure.TIMED_OUT) from error
        except OSError as error:
            connecting.close()
            raise NoAnswer(Failure.UNREACHABLE) from error
        return Wire(connecting, self._deadline)
