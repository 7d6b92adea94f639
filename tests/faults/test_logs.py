"""The log of the whole product, each of its processes, holds nobody's CPF, wherever in a request it stood."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import psycopg
import pytest
from validate_docbr import CPF

from core.documents import formatted, is_cpf
from tests.running import RunningPortal, eventually

pytestmark = pytest.mark.faults
LIKE_A_CPF = re.compile(r"(?<![0-9A-Za-z])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![0-9A-Za-z])")
Send = Callable[[str], object]


def through_the_api(portal: RunningPortal) -> Iterator[Send]:
    """Bodies, queries, paths and headers, as they should be and with every kind of mistake."""
    merchant = portal.merchant()
    sale, debtor = {"amount": 10}, "naturalPersonIdentification"
    yield lambda cpf: merchant.call("POST", "/v1/dynamic", {**sale, "debtor": {"name": "Ana", debtor: cpf}})
    yield lambda cpf: merchant.call("POST", "/v1/dynamic", {**sale, "debtor": {"name": "Ana", debtor: f"{cpf}0"}})
    yield lambda cpf: merchant.call("POST", "/v1/dynamic", {**sale, "validateDebtor": cpf, cpf: cpf})
    yield lambda cpf: merchant.call("POST", "/v1/dynamic", {"amount": cpf, "description": f"CPF {cpf}\n{cpf}"})
    yield lambda cpf: merchant.call("POST", f"/v1/sandbox/charges/{cpf}/pay", {"payer": {"document": cpf}})
    yield lambda cpf: merchant.call("POST", "/v1/refunds", {"txid": cpf, "amount": 1, "merchantRefundId": cpf})
    yield lambda cpf: merchant.call("POST", "/v1/cob-static/encode", {"keyPix": cpf, "merchantName": cpf})
    yield lambda cpf: merchant.call("GET", f"/v1/dynamic?{debtor}={cpf}")
    yield lambda cpf: merchant.call("GET", f"/v1/dynamic?{cpf}={cpf}")
    yield lambda cpf: merchant.call("GET", f"/v1/dynamic/{cpf}")
    yield lambda cpf: merchant.call("DELETE", f"/v1/dynamic/{cpf}/{cpf}")
    yield lambda cpf: merchant.call("POST", "/v1/dynamic", sale, key=cpf)
    yield lambda cpf: portal_call(portal, "POST", "/v1/dynamic", headers={"Authorization": f"Bearer {cpf}"})
    yield lambda cpf: portal_call(portal, "POST", "/v1/dynamic", content=f'{{"amount": {cpf}, ')
    yield lambda cpf: portal_call(portal, "POST", "/v1/token", data={"client_id": cpf, "client_secret": cpf})


def through_the_portal(portal: RunningPortal) -> Iterator[Send]:
    yield lambda cpf: portal_call(portal, "GET", f"/charges/{cpf}?document={cpf}")
    yield lambda cpf: portal_call(portal, "GET", f"/{cpf}")
    yield lambda cpf: portal_call(portal, "GET", f"/pix/qr/v2/{cpf}")
    yield lambda cpf: portal_call(portal, "POST", "/login", data={"login": cpf})  # without a token for the form
    yield lambda cpf: sign_in(portal, cpf)
    yield lambda cpf: portal_call(portal, "GET", "/charges", headers={"Host": cpf, "Cookie": f"a={cpf}"})
    yield lambda cpf: portal_call(portal, "BREW", f"/{cpf}")


def sign_in(portal: RunningPortal, cpf: str) -> None:
    with httpx.Client(base_url=portal.url) as browser:
        browser.get("/login", params={"next": f"/charges?document={cpf}"})
        form = {"login": f"{cpf}@example.com", "password": cpf, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answer = browser.post("/login", data=form)
    assert answer.status_code == 200, "the form is shown again"


def portal_call(portal: RunningPortal, method: str, path: str, **request: object) -> httpx.Response:
    return httpx.request(method, f"{portal.url}{path}", timeout=20, **request)  # type: ignore[arg-type]


def through_the_database(portal: RunningPortal) -> Iterator[Send]:
    """Postgres writes into the same log: what failed, and the statement that was being run when it had to stop."""
    url = portal.addresses["database_url"]

    def fail(cpf: str) -> None:
        with psycopg.connect(url) as connection, suppress(psycopg.Error):
            connection.execute(f"SELECT '{cpf}'::date".encode())

    def stop(cpf: str) -> None:
        with psycopg.connect(url) as connection, suppress(psycopg.Error):
            connection.execute(f"SELECT pg_terminate_backend(pg_backend_pid()), '{cpf}'".encode())

    yield fail
    yield stop


def test_whatever_is_sent_the_log_holds_no_cpf(portal: RunningPortal) -> None:
    cpfs: list[str] = [CPF().generate() for _each in range(100)]
    unused = iter(cpfs)
    for door in (through_the_api, through_the_portal, through_the_database):
        for send in door(portal):
            send(next(unused))
            send(formatted(next(unused)))
    log = whole_log(portal)
    assert [cpf for cpf in cpfs if cpf in log or formatted(cpf) in log] == []
    assert [found for found in LIKE_A_CPF.findall(log) if is_cpf(found)] == []


def whole_log(portal: RunningPortal) -> str:
    """The log, once the last request has arrived in it."""
    mark = uuid.uuid4().hex
    portal_call(portal, "GET", f"/{mark}")
    eventually(lambda: mark in portal.log.read_text(), seconds=10, what="the last request is in the log")
    return portal.log.read_text()
