"""The HTTP client: where it goes, where it never goes, and that nobody can hold it longer than its deadline."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from core import outbound
from core.outbound import AddressRefused, Answer, Failure, NetworkInsideTransaction, NoAnswer, Refusal, check_url
from core.outbound.lines import Lines, trusted_authorities
from tests.core.receiver import Authority, Behaviour, Receiver, dripping, make_authority, replying, serving, silent

LOOPBACK = (ip_network("127.0.0.0/8"),)
OK = "HTTP/1.1 200 OK\nContent-Length: 2"
PUBLIC = "93.184.216.34"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return make_authority(folder)


@pytest.fixture(scope="module")
def good(authority: Authority, folder: Path) -> ssl.SSLContext:
    return authority.server_context(folder, "localhost", "127.0.0.1", "hooks.example.com")


def call(receiver: Receiver, authority: Authority | None, url: str | None = None, **changed: Any) -> Answer:
    arguments: dict[str, Any] = {
        "headers": {"Content-Type": "application/json"},
        "content": b'{"txid": "1"}',
        "deadline_seconds": 5.0,
        "largest_answer": 16_384,
        "allowed_networks": LOOPBACK,
        "ca_file": str(authority.file) if authority else None,
    }
    return outbound.request("POST", url or receiver.url(), **(arguments | changed))


def failure_of(context: ssl.SSLContext, behave: Behaviour, authority: Authority | None, **changed: Any) -> Failure:
    with serving(context, behave) as receiver, pytest.raises(NoAnswer) as missed:
        call(receiver, authority, **changed)
    return missed.value.failure


# Calling ------------------------------------------------------------------------------------------------------


def test_the_bytes_arrive_as_given_and_the_answer_comes_back(good: ssl.SSLContext, authority: Authority) -> None:
    with serving(good, replying("HTTP/1.1 202 Accepted\nRetry-After: 7\nContent-Length: 2", b"ok")) as receiver:
        answer = call(receiver, authority, url=receiver.url("/hook?a=1&b=%20"))
    assert (answer.status, answer.body, answer.cut, answer.address) == (202, b"ok", False, "127.0.0.1")
    assert answer.headers["retry-after"] == "7"
    assert 0 < answer.duration < 5
    head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
    assert body == b'{"txid": "1"}'
    assert head.startswith(b"POST /hook?a=1&b=%20 HTTP/1.1\r\n")
    assert f"Host: localhost:{receiver.port}".encode() in head
    assert b"Content-Length: 13" in head


@pytest.mark.parametrize("status", [301, 302, 307, 308, 404, 500])
def test_a_redirect_is_an_answer_like_any_other_and_not_followed(
    good: ssl.SSLContext, authority: Authority, status: int
) -> None:
    head = f"HTTP/1.1 {status} X\nLocation: /elsewhere\nContent-Length: 0"
    with serving(good, replying(head)) as receiver:
        assert call(receiver, authority).status == status
    assert receiver.connections == 1


def test_only_the_first_bytes_of_a_huge_answer_are_read(good: ssl.SSLContext, authority: Authority) -> None:
    endless = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", b"x" * 1_000_000)
    with serving(good, endless) as receiver:
        answer = call(receiver, authority, largest_answer=1000)
    assert (answer.status, answer.body, answer.cut) == (200, b"x" * 1000, True)


def test_an_answer_of_exactly_the_largest_size_is_whole(good: ssl.SSLContext, authority: Authority) -> None:
    with serving(good, replying(OK, b"ok")) as receiver:
        answer = call(receiver, authority, largest_answer=2)
    assert (answer.body, answer.cut) == (b"ok", False)


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(silent, id="says nothing"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"), id="drips headers"),
        pytest.param(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="always continues"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"), id="drips the body"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="chunks"),
    ],
)
def test_the_deadline_is_for_the_whole_call(good: ssl.SSLContext, authority: Authority, behave: Behaviour) -> None:
    started = time.monotonic()
    assert failure_of(good, behave, authority, deadline_seconds=0.4) is Failure.TIMED_OUT
    assert time.monotonic() - started < 3


def test_a_server_that_never_reads_cannot_hold_the_call(good: ssl.SSLContext, authority: Authority) -> None:
    started = time.monotonic()
    with serving(good, silent, reads=False) as receiver:
        with pytest.raises(NoAnswer) as missed:
            call(receiver, authority, content=b"x" * 30_000_000, deadline_seconds=0.4)
        assert time.monotonic() - started < 3
    assert missed.value.failure is Failure.TIMED_OUT


def test_a_server_that_never_greets_cannot_hold_the_call(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as never_accepts:
        receiver = Receiver(never_accepts.getsockname()[1])
        with pytest.raises(NoAnswer) as missed:
            call(receiver, authority, deadline_seconds=0.3)
    assert missed.value.failure is Failure.TIMED_OUT


def test_a_resolver_that_hangs_cannot_hold_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(NoAnswer) as missed:
        call(Receiver(443), None, deadline_seconds=0.2)
    released.set()
    assert missed.value.failure is Failure.TIMED_OUT


@pytest.mark.parametrize(
    ("behave", "failure"),
    [
        pytest.param(lambda connection, stopped: None, Failure.CLOSED_EARLY, id="closes at once"),
        pytest.param(replying("HTTP/1.1 200 OK\nContent-Length: 9", b"x"), Failure.CLOSED_EARLY, id="within the body"),
        pytest.param(
            replying("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"5\r\nx"), Failure.CLOSED_EARLY, id="chunk"
        ),
        pytest.param(replying("SSH-2.0-OpenSSH_9.6"), Failure.NOT_HTTP, id="speaks something else"),
        pytest.param(replying("HTTP/1.1 200 OK\nContent-Length: x"), Failure.NOT_HTTP, id="no length"),
        pytest.param(replying("HTTP/1.1 200 OK\nX: " + "x" * 200_000), Failure.NOT_HTTP, id="endless header"),
    ],
)
def test_half_an_answer_is_no_answer(
    good: ssl.SSLContext, authority: Authority, behave: Behaviour, failure: Failure
) -> None:
    assert failure_of(good, behave, authority) is failure


def test_a_closed_port_is_unreachable(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(NoAnswer) as missed:
        call(Receiver(port), authority)
    assert missed.value.failure is Failure.UNREACHABLE


def test_the_certificate_must_be_trusted_current_and_for_the_name(authority: Authority, folder: Path) -> None:
    for_another_name = authority.server_context(folder, "other.example.com")
    expired = authority.server_context(folder, "localhost", expired=True)
    right = authority.server_context(folder, "localhost")
    answer = replying(OK, b"ok")
    assert failure_of(right, answer, authority=None) is Failure.TLS
    assert failure_of(expired, answer, authority) is Failure.TLS
    assert failure_of(for_another_name, answer, authority) is Failure.TLS


def test_a_failure_says_nothing_of_our_side(good: ssl.SSLContext, authority: Authority) -> None:
    with serving(good, silent) as receiver, pytest.raises(NoAnswer) as missed:
        call(receiver, authority, deadline_seconds=0.1)
    assert str(missed.value) == str(Failure.TIMED_OUT.label)
    assert str(receiver.port) not in str(missed.value)


def test_one_tls_context_serves_the_whole_process(authority: Authority) -> None:
    assert trusted_authorities(str(authority.file)) is trusted_authorities(str(authority.file))


# Connections that are kept ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Every test begins without a connection."""
    fresh = Lines()
    monkeypatch.setattr("core.outbound.client.lines", fresh)
    yield fresh
    for line in fresh.idle:
        line.close()


def test_the_next_call_to_a_url_uses_the_connection_of_the_last(good: ssl.SSLContext, authority: Authority) -> None:
    with serving(good, replying(OK, b"ok"), keeps=True) as receiver:
        for content in (b"one", b"two", b"three"):
            answer = call(receiver, authority, content=content, may_arrive_twice=True)
            assert (answer.status, answer.body) == (200, b"ok")
        assert (receiver.connections, len(receiver.requests)) == (1, 3)
        assert receiver.requests[2].endswith(b"three")
        call(receiver, authority, url=receiver.url("/another"), may_arrive_twice=True)
        assert receiver.connections == 2


def test_what_may_arrive_only_once_has_a_connection_of_its_own(good: ssl.SSLContext, authority: Authority) -> None:
    with serving(good, replying(OK, b"ok"), keeps=True) as receiver:
        call(receiver, authority, may_arrive_twice=True)
        for _each in range(2):
            call(receiver, authority)
    assert receiver.connections == 3
    assert b"Connection: close" in receiver.requests[2]


def test_a_connection_that_its_server_closed_in_between_costs_no_attempt(
    good: ssl.SSLContext, authority: Authority
) -> None:
    with serving(good, replying(OK, b"ok")) as receiver:
        for _each in range(2):
            assert call(receiver, authority, may_arrive_twice=True).status == 200
    assert receiver.connections == 2


def test_a_server_that_closes_on_the_second_request_gets_it_once_more(
    good: ssl.SSLContext, authority: Authority
) -> None:
    answers = iter((True, False, True))

    def behave(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
        replying(OK, b"ok")(connection, stopped) if next(answers) else connection.close()

    with serving(good, behave, keeps=True) as receiver:
        for _each in range(2):
            assert call(receiver, authority, may_arrive_twice=True).status == 200
    assert (receiver.connections, len(receiver.requests)) == (2, 3)


@pytest.mark.parametrize(
    ("head", "body", "largest"),
    [
        pytest.param("HTTP/1.1 200 OK\nContent-Length: 9000", b"x" * 9000, 100, id="an answer that was not read whole"),
        pytest.param("HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close", b"ok", 100, id="asked to close"),
        pytest.param("HTTP/1.0 200 OK\nContent-Length: 2", b"ok", 100, id="an old server"),
    ],
)
def test_a_connection_in_doubt_is_not_used_again(
    good: ssl.SSLContext, authority: Authority, head: str, body: bytes, largest: int
) -> None:
    with serving(good, replying(head, body), keeps=True) as receiver:
        for _each in range(2):
            call(receiver, authority, may_arrive_twice=True, largest_answer=largest)
    assert receiver.connections == 2


def test_each_call_on_a_kept_connection_has_a_deadline_of_its_own(good: ssl.SSLContext, authority: Authority) -> None:
    patience = iter((0, 5))

    def behave(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
        stopped.wait(next(patience))
        replying(OK, b"ok")(connection, stopped)

    with serving(good, behave, keeps=True) as receiver:
        assert call(receiver, authority, may_arrive_twice=True, deadline_seconds=30).status == 200
        with pytest.raises(NoAnswer) as missed:
            call(receiver, authority, may_arrive_twice=True, deadline_seconds=0.3)
    assert (missed.value.failure, receiver.connections) == (Failure.TIMED_OUT, 1)


def test_a_kept_connection_does_not_outlive_the_check_of_its_address(
    good: ssl.SSLContext, authority: Authority, names: dict[str, list[str]]
) -> None:
    names["hooks.example.com"] = ["127.0.0.1"]
    with serving(good, replying(OK, b"ok"), keeps=True) as receiver:
        url = receiver.url(host="hooks.example.com")
        call(receiver, authority, url=url, may_arrive_twice=True)
        with pytest.raises(AddressRefused):
            call(receiver, authority, url=url, may_arrive_twice=True, allowed_networks=())
        names["hooks.example.com"] = ["127.0.0.2"]
        with pytest.raises(NoAnswer):
            call(receiver, authority, url=url, may_arrive_twice=True)
    assert len(receiver.requests) == 1


def test_few_connections_are_kept_and_none_for_long(
    good: ssl.SSLContext, authority: Authority, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.outbound.lines.MOST_KEPT", 2)
    with serving(good, replying(OK, b"ok"), keeps=True) as receiver, ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _each: call(receiver, authority, may_arrive_twice=True), range(24)))
        assert len(lines.idle) <= 2
        monkeypatch.setattr("core.outbound.lines.KEPT_SECONDS", 0.0)
        call(receiver, authority, may_arrive_twice=True)
        before = receiver.connections
        call(receiver, authority, url=receiver.url(host="127.0.0.1"), may_arrive_twice=True)
    assert receiver.connections == before + 1


# Names --------------------------------------------------------------------------------------------------------


def test_a_name_that_turns_private_after_it_was_saved_is_not_called(
    good: ssl.SSLContext, authority: Authority, names: dict[str, list[str]]
) -> None:
    names["hooks.example.com"] = [PUBLIC]
    with serving(good, replying(OK, b"ok")) as receiver:
        url = receiver.url(host="hooks.example.com")
        check_url(url)
        names["hooks.example.com"] = ["127.0.0.1"]
        with pytest.raises(AddressRefused) as refused:
            call(receiver, authority, url=url, allowed_networks=())
        assert receiver.connections == 0
    assert refused.value.refusal is Refusal.NOT_PUBLIC


def test_the_address_that_was_checked_is_the_one_called_under_its_name(
    good: ssl.SSLContext, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def rebind(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    with serving(good, replying(OK, b"ok")) as receiver:
        answer = call(receiver, authority, url=receiver.url(host="hooks.example.com"))
    assert (answer.status, answer.address, asked) == (200, "127.0.0.1", ["hooks.example.com"])
    assert f"Host: hooks.example.com:{receiver.port}".encode() in receiver.requests[0]


def test_addresses_that_are_not_allowed_are_skipped(
    good: ssl.SSLContext, authority: Authority, names: dict[str, list[str]]
) -> None:
    names["hooks.example.com"] = ["10.0.0.1", "::1", "169.254.169.254", "127.0.0.1"]
    with serving(good, replying(OK, b"ok")) as receiver:
        answer = call(receiver, authority, url=receiver.url(host="hooks.example.com"))
    assert answer.address == "127.0.0.1"


def test_a_name_that_does_not_resolve_gives_no_answer(names: dict[str, list[str]]) -> None:
    with pytest.raises(NoAnswer) as missed:
        call(Receiver(443), None, url="https://gone.example.com/")
    assert missed.value.failure is Failure.NAME


def test_a_name_that_does_not_resolve_yet_may_be_saved_unless_it_never_can(names: dict[str, list[str]]) -> None:
    check_url("https://hooks.loja.com.br/pix")
    for never in ("https://intranet/", "https://db.internal/", "https://x.localhost/", "https://nas.local./"):
        with pytest.raises(AddressRefused):
            check_url(never)
    with pytest.raises(AddressRefused):
        check_url("https://hooks.loja.com.br:22/")


# Transactions -------------------------------------------------------------------------------------------------


class FakeConnection:
    def __init__(self, *blocks: transaction.Atomic) -> None:
        self.atomic_blocks = list(blocks)


@pytest.fixture
def open_blocks(monkeypatch: pytest.MonkeyPatch) -> list[transaction.Atomic]:
    blocks: list[transaction.Atomic] = []
    monkeypatch.setattr(connections, "all", lambda initialized_only: [FakeConnection(*blocks)])
    return blocks


def test_no_call_leaves_while_a_transaction_is_open(open_blocks: list[transaction.Atomic]) -> None:
    open_blocks.append(transaction.atomic())
    with pytest.raises(NetworkInsideTransaction):
        call(Receiver(443), None, url="https://127.0.0.1/")


def test_the_transaction_of_a_test_case_does_not_count(open_blocks: list[transaction.Atomic]) -> None:
    of_the_test_case = transaction.atomic()
    of_the_test_case._from_testcase = True  # type: ignore[attr-defined]
    open_blocks.append(of_the_test_case)
    outbound.refuse_inside_transaction()
    open_blocks.append(transaction.atomic())
    with pytest.raises(NetworkInsideTransaction):
        outbound.refuse_inside_transaction()
