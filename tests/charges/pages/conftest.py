"""Who looks at the pages, and what their tests read of them."""

import csv
import io
import re

import pytest
from django.test import Client as Browser

from accounts.models import Client
from tests.charges.factories import EVERY_FINE, browser_of, person_of

LIST = "/charges"
HTMX = {"HX-Request": "true"}
IN_DIALOG = 'hx-target="#modal-body"'
WHOLE, MASKED = "390.533.447-05", "***.533.447-**"


@pytest.fixture
def marina(shop: Client) -> Browser:
    return browser_of(person_of(shop))


@pytest.fixture
def reader(shop: Client) -> Browser:
    return browser_of(person_of(shop, withheld=EVERY_FINE))


def txids(html: str) -> list[str]:
    return re.findall(r'id="charge-(\w+)"', html)


def get(browser: Browser, query: str = "", **headers: str) -> str:
    return browser.get(f"{LIST}{query}", headers=headers or None).content.decode()


def file_rows(browser: Browser, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"{LIST}/file.csv{query}")
    assert answer.status_code == 200, answer.content[:300]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
