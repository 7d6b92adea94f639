"""Pages, API and streams as granian serves them, on the database and the Valkey of the tests."""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser

from accounts.models import Client, Membership, Role, User
from accounts.permissions import Module
from astrapay_portal.embedded.processes import LOOPBACK, Program, end, free_port, until
from astrapay_portal.environment import PROJECT
from core import live
from core.api.formats import LARGEST_BODY

SECONDS = 10
pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """granian with one process and one thread pool, as in production."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.log = log
        command = [
            *(sys.executable, "-m", "granian", "astrapay_portal.asgi:application", "--interface", "asginl"),
            *("--host", LOOPBACK, "--port", str(self.port), "--workers-kill-timeout", "3"),
        ]
        self.program = Program(
            "granian", command, folder=PROJECT, environment={"DATABASE_URL": database_of_the_tests()}
        )
        with log.open("wb") as output:
            self.process = self.program.launch(output)
        assert until(self.answers, SECONDS), log.read_text()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> float:
        """Ends it as the supervisor does; the seconds that took."""
        began = time.monotonic()
        end(self.process, self.program)
        return time.monotonic() - began

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", content=body, headers=headers, timeout=SECONDS)

    def send_slowly(self, path: str) -> socket.socket:
        """A connection that promises a body and sends its first bytes."""
        sender = socket.create_connection((LOOPBACK, self.port))
        sender.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 129\r\n\r\nfirst".encode())
        return sender


def database_of_the_tests() -> str:
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    return f"{address}/{connection.settings_dict['NAME']}"


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("granian") / "log")
    yield started
    started.stop()


def signed_in(client: Client, *modules: Module) -> Browser:
    """A person with these modules in the client, and the browser in which the person is signed in."""
    user = User.objects.create_user(email=f"{client.public_id}@loja.example", first_name="Marina")
    membership = Membership.objects.create(user=user, client=client)
    Role.objects.bulk_create(Role(membership=membership, module=module) for module in modules)
    browser = Browser()
    browser.force_login(user)
    return browser


class Following:
    """An open stream, read line by line."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.lines = response.iter_lines()

    def next(self, prefix: str) -> str:
        return next(line for line in self.lines if line.startswith(prefix)).removeprefix(prefix)

    def change(self) -> dict[str, Any]:
        return next(change for change in iter(lambda: json.loads(self.next("data: ")), None) if change)


@contextmanager
def following(server: Server, browser: Browser | None) -> Iterator[Following]:
    cookies = {settings.SESSION_COOKIE_NAME: browser.cookies[settings.SESSION_COOKIE_NAME].value} if browser else {}
    with httpx.stream("GET", f"{server.url}/events", cookies=cookies, timeout=SECONDS) as response:
        yield Following(response)


def publish(client: Client, module: Module, object_id: str) -> None:
    live.publish(client_id=client.pk, module=module, object_type="charge", object_id=object_id, version=1)


def test_a_committed_change_reaches_a_person_who_may_see_its_module(server: Server, shop: Client) -> None:
    with following(server, signed_in(shop, Module.CHARGES)) as page:
        assert page.status == 200
        assert page.next("retry: ") == "3000"
        publish(shop, Module.CHARGES, "tx1")
        assert page.change() == {"type": "charge", "id": "tx1", "version": 1}


def test_neither_another_client_nor_another_module_is_heard(server: Server, shop: Client, stranger: Client) -> None:
    with following(server, signed_in(shop, Module.CHARGES)) as page:
        page.next("retry: ")
        publish(stranger, Module.CHARGES, "not mine")
        publish(shop, Module.PAYMENT_LINK, "not allowed")
        publish(shop, Module.CHARGES, "mine")
        assert page.change()["id"] == "mine"


@pytest.mark.parametrize("who", ["nobody", "without a client", "another's key"])
def test_who_may_hear_nothing_is_told_never_to_ask_again(server: Server, shop: Client, who: str) -> None:
    browser = None
    if who != "nobody":
        browser = signed_in(shop, Module.CHARGES)
        Membership.objects.update(status="REMOVED")
    if who == "another's key" and browser:
        browser.cookies[settings.SESSION_COOKIE_NAME] = "guessed"
    with following(server, browser) as page:
        assert page.status == 204


def test_signing_out_ends_the_streams_of_the_session(server: Server, shop: Client) -> None:
    browser = signed_in(shop, Module.CHARGES)
    with following(server, browser) as page:
        page.next("retry: ")
        browser.post("/logout")
        assert [line for line in page.lines if line.startswith('data: {"type')] == []
    with following(server, browser) as page:
        assert page.status == 204


def test_slow_senders_do_not_hold_the_pages(server: Server) -> None:
    with ExitStack() as senders:
        for _number in range(30):
            senders.enter_context(server.send_slowly("/v1/dynamic"))
        began = time.monotonic()
        assert httpx.get(f"{server.url}/healthz", timeout=SECONDS).status_code == 200
        assert time.monotonic() - began < 1


def test_a_body_over_the_limit_gets_413_with_the_error_body(server: Server) -> None:
    for path in ("/v1/dynamic", "/charge/v1/charges/instant"):
        refused = server.post(path, b"x" * (LARGEST_BODY + 1))
        assert refused.status_code == 413
        assert refused.json()["errorCode"] == 32


def test_a_body_sent_in_chunks_reaches_django(server: Server) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"grant_type="
        yield b"password"

    answer = server.post("/v1/token", chunks(), **{"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.json()["error"] == "unsupported_grant_type"


def test_the_server_stops_within_seconds_although_pages_are_open(
    django_db_setup: None, tmp_path: Path, shop: Client
) -> None:
    server = Server(tmp_path / "log")
    with following(server, signed_in(shop, Module.CHARGES)) as page:
        page.next("retry: ")
        assert server.stop() < 3
    assert "refused to gracefully stop" not in server.log.read_text()
