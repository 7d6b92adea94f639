"""A real Chromium against the whole product as `manage.py up` runs it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from astrapay_portal.environment import PROJECT
from tests.core.receiver import Authority
from tests.running import RunningPortal

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def portal(authority: Authority) -> Iterator[RunningPortal]:
    folder = PROJECT / ".data" / f"browser-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    shutil.rmtree(folder, ignore_errors=True)
    running = RunningPortal(folder, WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8", WEBHOOK_CA_FILE=str(authority.file))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("Chromium is required here: apt-get install chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, portal: RunningPortal) -> Iterator[BrowserContext]:
    opened = chromium.new_context(base_url=portal.url, viewport={"width": 1366, "height": 900}, locale="pt-BR")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()
