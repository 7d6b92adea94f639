"""The whole product for tests that kill its processes: one portal for all of them, in a data folder of its own."""

import shutil
from collections.abc import Iterator

import pytest

from astrapay_portal.environment import PROJECT
from tests.core.receiver import Authority
from tests.running import RunningPortal

FOLDER = PROJECT / ".data" / "faults"


@pytest.fixture(scope="session")
def portal(authority: Authority) -> Iterator[RunningPortal]:
    shutil.rmtree(FOLDER, ignore_errors=True)  # what an earlier run left open would go on and be told
    running = RunningPortal(FOLDER, WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8", WEBHOOK_CA_FILE=str(authority.file))
    running.start()
    yield running
    running.stop()
