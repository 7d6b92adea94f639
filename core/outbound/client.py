"""One request, one answer. Redirects are not followed, proxies and cookies are not known."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import httpcore
import httpx
from django.db import connections

from core.outbound.addresses import Network, first_allowed, resolve, target_of
from core.outbound.lines import Line, Lines, Server
from core.outbound.wire import Deadline, Failure, NoAnswer

lines = Lines()


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
    may_arrive_twice: bool = False,
) -> Answer:
    """Calls `url` and returns whatever status came, 3xx included, within `deadline_seconds` of wall clock in all.

    The name is resolved once and the first address that may be called is pinned; the certificate must be for the
    name. At most `largest_answer` bytes of the body are read. `ca_file` (PEM) is trusted besides the public
    authorities. What `may_arrive_twice` uses a connection again that an earlier such call left to the same URL and
    address: when its server turns out to have closed it, the request is sent once more on a new one. Raises
    AddressRefused, NoAnswer, and NetworkInsideTransaction, which is a fault of the caller.
    """
    refuse_inside_transaction()
    deadline = Deadline(deadline_seconds)
    target = target_of(url)
    address = first_allowed(resolve(target, deadline), target.port, allowed_networks)
    server = Server(url, target.host, target.port, address, ca_file)
    own = {"Host": target.authority, "Accept-Encoding": "identity"}
    if content is not None:
        own["Content-Length"] = str(len(content))
    if not may_arrive_twice:
        own["Connection"] = "close"
    asked = httpcore.Request(
        method,
        httpcore.URL(scheme=b"https", host=target.host.encode(), port=target.port, target=target.path),
        headers=[*own.items(), *headers.items()],
        content=content,
    )
    line, response = _ask(server, asked, deadline, use_kept=may_arrive_twice)
    try:
        body, cut = _read(response, largest_answer)
    finally:
        lines.give(line)
    return Answer(response.status, httpx.Headers(response.headers), body, deadline.elapsed, str(address), cut)


def _ask(
    server: Server, asked: httpcore.Request, deadline: Deadline, *, use_kept: bool
) -> tuple[Line, httpcore.Response]:
    """The head of the answer, and the connection on which its body comes."""
    kept = lines.take(server, deadline) if use_kept else None
    if kept is not None:
        try:
            return kept, _head(kept, asked)
        except NoAnswer as missed:
            if missed.failure is not Failure.CLOSED_EARLY:
                raise
    line = Line.to(server, deadline)
    return line, _head(line, asked)


def _head(line: Line, asked: httpcore.Request) -> httpcore.Response:
    try:
        return line.connection.handle_request(asked)
    except BaseException as error:
        line.close()
        if isinstance(error, httpcore.RemoteProtocolError):
            raise NoAnswer(_what_broke(error)) from error
        raise


def refuse_inside_transaction() -> None:
    """Raises NetworkInsideTransaction while a transaction is open. A test case's own transaction does not count."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise NetworkInsideTransaction("commit before you call the outside")


def _read(response: httpcore.Response, largest: int) -> tuple[bytes, bool]:
    body = bytearray()
    try:
        with closing(response):
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > largest:
                    return bytes(body[:largest]), True
    except httpcore.RemoteProtocolError as error:
        raise NoAnswer(_what_broke(error)) from error
    return bytes(body), False


def _what_broke(error: httpcore.RemoteProtocolError) -> Failure:
    """h11 reports a connection that ended too soon and an answer that makes no sense as the same error."""
    closed = "without sending a response" in str(error) or "peer closed connection" in str(error)
    return Failure.CLOSED_EARLY if closed else Failure.NOT_HTTP
