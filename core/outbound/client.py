"""One request, one answer. Redirects are not followed, proxies and cookies are not known, nothing is retried."""

import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx
from django.db import connections

from core.outbound.addresses import Network, first_allowed, resolve, target_of
from core.outbound.wire import Deadline, Failure, NoAnswer, PinnedBackend


class NetworkInsideTransaction(RuntimeError):
    """A fault in our own code: a call to the outside would hold locks for as long as the other side likes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. `duration` is in seconds, `address` the IP address that was called.

    `body` is as sent (no decompression) and ends at the largest size asked for; `cut` says that there was more.
    """

    status: int
    headers: httpx.Headers
    body: bytes
    duration: float
    address: str
    cut: bool = False


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None,
    deadline_seconds: float,
    largest_answer: int,
    allowed_networks: Sequence[Network] = (),
    ca_file: str | None = None,
) -> Answer:
    """Calls `url` and returns whatever status came, 3xx included, within `deadline_seconds` of wall clock in all.

    The name is resolved once and the first address that may be called is pinned; the certificate must be for the
    name. At most `largest_answer` bytes of the body are read. `ca_file` (PEM) is trusted besides the public
    authorities. Raises AddressRefused, NoAnswer, and NetworkInsideTransaction, which is a fault of the caller.
    """
    refuse_inside_transaction()
    deadline = Deadline(deadline_seconds)
    target = target_of(url)
    address = first_allowed(resolve(target, deadline), target.port, allowed_networks)
    host = target.host.encode()
    connection = httpcore.HTTPConnection(
        httpcore.Origin(b"https", host, target.port),
        ssl_context=trusted_authorities(ca_file),
        network_backend=PinnedBackend(address, deadline),
    )
    asked = httpcore.URL(scheme=b"https", host=host, port=target.port, target=target.path)
    own = {"Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"}
    try:
        with (
            closing(connection),
            connection.stream(method, asked, headers=[*own.items(), *headers.items()], content=content) as response,
        ):
            body, cut = _read(response, largest_answer)
    except httpcore.RemoteProtocolError as error:
        raise NoAnswer(_what_broke(error)) from error
    return Answer(response.status, httpx.Headers(response.headers), body, deadline.elapsed, str(address), cut)


def refuse_inside_transaction() -> None:
    """Raises NetworkInsideTransaction while a transaction is open. A test case's own transaction does not count."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise NetworkInsideTransaction("commit before you call the outside")


@cache
def trusted_authorities(ca_file: str | None) -> ssl.SSLContext:
    """Reading the authorities costs tens of milliseconds, so each process does it once."""
    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _read(response: httpcore.Response, largest: int) -> tuple[bytes, bool]:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > largest:
            return bytes(body[:largest]), True
    return bytes(body), False


def _what_broke(error: httpcore.RemoteProtocolError) -> Failure:
    """h11 reports a connection that ended too soon and an answer that makes no sense as the same error."""
    closed = "without sending a response" in str(error) or "peer closed connection" in str(error)
    return Failure.CLOSED_EARLY if closed else Failure.NOT_HTTP
