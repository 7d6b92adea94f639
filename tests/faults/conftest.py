"""The whole product for tests that kill its processes: one portal for all of them, in a data folder of its own."""

from collections.abc import Iterator

import pytest

from astrapay_portal.environment import PROJECT
from tests.core.receiver import Authority
from tests.running import RunningPortal


@pytest.fixture(scope="session")
def portal(authority: Authority) -> Iterator[RunningPortal]:
    running = RunningPortal(
        PROJECT / ".data" / "faults", WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8", WEBHOOK_CA_FILE=str(authority.file)
    )
    running.log.unlink(missing_ok=True)
    running.start()
    yield running
    running.stop()
