"""The health of a process is told whatever host was asked for, and never a host's pages."""

from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(settings: object) -> Browser:
    settings.ALLOWED_HOSTS = ["portal.example.com"]  # type: ignore[attr-defined]
    return Browser()


def test_a_probe_that_knows_no_host_of_the_portal_is_answered(browser: Browser) -> None:
    answers = [browser.get("/healthz", headers={"host": host}) for host in ("localhost:8000", "10.0.0.7")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"ok")] * 2


def test_nothing_else_is_answered_to_a_host_that_is_not_allowed(browser: Browser) -> None:
    for path in ("/login", "/healthz/", "/v1/me"):
        assert browser.get(path, headers={"host": "localhost:8000"}).status_code == 400


def test_a_process_without_its_database_is_not_well(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", Mock(side_effect=OperationalError))
    assert browser.get("/healthz").status_code == 503
