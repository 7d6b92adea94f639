"""What is measured against one database, in a process of its own: `python -m benchmarks.inside lists|writes|token`.

Prints one JSON object. The database is the one of DATABASE_URL, filled by `manage.py demo`.
"""

import json
import logging
import multiprocessing
import os
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astrapay_portal.settings")

from astrapay_portal import wsgi  # noqa: F401 - as the server loads it

logging.disable(logging.CRITICAL)

import orjson  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.test import Client as Browser  # noqa: E402

from accounts.models import Client, User  # noqa: E402
from astrapay_portal.demo.people import PEOPLE, STAFF, secret_of  # noqa: E402
from benchmarks import plain  # noqa: E402
from benchmarks.timing import Times, cpu_of  # noqa: E402
from charges.models import Charge  # noqa: E402
from core.api.lists import asked, write_cursor  # noqa: E402

settings.API_REQUESTS_PER_MINUTE = settings.TOKEN_REQUESTS_PER_MINUTE_BY_CREDENTIAL = 10**9
settings.TOKEN_REQUESTS_PER_MINUTE_BY_ADDRESS = 10**9
SHOP = "cli_lojamodelo"
FORM = "application/x-www-form-urlencoded"
WORKERS, THREADS = 2, 2


class Merchant:
    def __init__(self) -> None:
        self.browser = Browser()
        secret = secret_of(Client.objects.get(public_id=SHOP))
        self.form = f"grant_type=client_credentials&client_id=demo-lojamodelo&client_secret={secret}"
        self.headers = {"Authorization": f"Bearer {self.ask_token().json()['access_token']}"}

    def ask_token(self) -> Any:
        return self.browser.post("/v1/token", self.form, content_type=FORM)

    def call(self, method: str, path: str, body: bytes = b"") -> Any:
        headers = {**self.headers, "x-transaction-id": str(uuid.uuid4())}
        return self.browser.generic(method, path, body, content_type="application/json", headers=headers)


def page_of(email: str, path: str, **headers: str) -> Callable[[], Any]:
    browser = Browser()
    browser.force_login(User.objects.get(email=email))

    def call() -> Any:
        response = browser.get(path, headers=headers)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")
        return response

    return call


def lists() -> dict[str, Any]:
    return {
        "charges": Charge.objects.count(),
        "portal rows": vars_of(Times.of(page_of(PEOPLE[0].email, "/charges", **{"HX-Request": "true"}))),
        "portal page": vars_of(Times.of(page_of(PEOPLE[0].email, "/charges"))),
        "admin list": vars_of(Times.of(page_of(STAFF, "/admin/charges/charge/"), times=15, warm_up=2)),
        **{name: vars_of(times) for name, times in Times.in_turn(api_lists()).items()},
    }


def api_lists() -> dict[str, Callable[[], Any]]:
    merchant, beside = Merchant(), Merchant()
    beside.browser = plain.browser()
    client = Client.objects.get(public_id=SHOP)
    first_page = "/v1/dynamic?initialDate=2026-01-01&endDate=2026-12-31&count=false"
    deep_page = f"{first_page}&cursor={deep_cursor()}"
    return {
        "plain function": lambda: plain.charges(HttpRequest(), client.pk),
        "plain view": lambda: beside.call("GET", f"/charges/{client.pk}"),
        "api list": lambda: merchant.call("GET", first_page),
        "api list, deep cursor": lambda: merchant.call("GET", deep_page),
    }


def vars_of(times: Times) -> dict[str, float]:
    return {"p50": times.p50, "p95": times.p95}


def deep_cursor() -> str:
    """The cursor behind the middle row of the period."""
    client = Client.objects.get(public_id=SHOP)
    rows = Charge.objects.filter(client=client).order_by("-created_at", "-id")
    middle = rows.values("created_at", "id")[rows.count() // 2]
    return write_cursor(middle, "created_at", asked(client.pk, "/v1/dynamic"))


def in_threads(caller: Callable[[], Callable[[], None]], count: int) -> int:
    """Runs in a process of its own, in threads as a web worker does; each thread has its own call."""
    connections.close_all()

    def in_turn(count: int) -> int:
        call = caller()
        for _ in range(count):
            call()
        return count

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(in_turn, [count // THREADS] * THREADS))


def a_second(caller: Callable[[], Callable[[], None]], count: int) -> float:
    """Calls that all workers answer together, after a tenth of `count` to warm up."""
    connection.close()
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        pool.starmap(in_threads, [(caller, count // 10)] * WORKERS, chunksize=1)
        began = time.perf_counter()
        made = sum(pool.starmap(in_threads, [(caller, count)] * WORKERS, chunksize=1))
        return made / (time.perf_counter() - began)


def poster() -> Callable[[], None]:
    merchant = Merchant()
    body = orjson.dumps(
        {
            "amount": 10.5,
            "debtor": {"name": "Ana Exemplo", "naturalPersonIdentification": "39053344705"},
            "userReference": "bench",
        }
    )

    def post() -> None:
        answer = merchant.call("POST", "/v1/dynamic", body)
        if answer.status_code != 201:
            raise RuntimeError(f"{answer.status_code}: {answer.content!r}")

    return post


def writes() -> dict[str, Any]:
    return {"charges a second": a_second(poster, 400), "cpu ms": cpu_of(poster())}


def token() -> dict[str, Any]:
    return {"cpu ms": cpu_of(Merchant().ask_token)}


if __name__ == "__main__":
    print(json.dumps({"lists": lists, "writes": writes, "token": token}[sys.argv[1]]()))
