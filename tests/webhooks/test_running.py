"""The first webhook of a developer, from outside: `make run`, a receiver on loopback, a charge that pays itself."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.core.receiver import Authority, Receiver, serving
from tests.running import RemoteMerchant, RunningPortal
from tests.webhooks.conftest import OK
from tests.webhooks.test_delivery import head_of

pytestmark = pytest.mark.faults
PROMISED_SECONDS = 25


@pytest.fixture
def merchant(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteMerchant]:
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("WEBHOOK_CA_FILE", str(authority.file))
    portal = RunningPortal(tmp_path / "portal")
    portal.start()
    yield portal.merchant()
    portal.stop()


def arrived(receiver: Receiver, count: int, seconds: float) -> float:
    """Seconds until so many requests had come."""
    began = time.monotonic()
    while len(receiver.requests) < count:
        assert time.monotonic() - began < seconds, f"{len(receiver.requests)} of {count} requests came"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_paid_charge_reaches_a_receiver_on_loopback_with_a_signature_that_holds(
    merchant: RemoteMerchant, server: ssl.SSLContext
) -> None:
    with serving(server, OK) as receiver:
        made = merchant.call("POST", "/v1/webhooks", {"url": receiver.url(), "eventType": "PIX_QR_INBOUND"})
        assert made.status_code == 201, made.text
        webhook = made.json()
        assert merchant.call("POST", f"/v1/webhooks/{webhook['id']}/test").status_code == 202
        print(f"test message after {arrived(receiver, 1, 5):.2f} s")  # noqa: T201
        txid = merchant.call("POST", "/v1/dynamic", {"amount": 10.01}).json()["txid"]
        print(f"payment after {arrived(receiver, 2, PROMISED_SECONDS):.2f} s")  # noqa: T201
    body = receiver.requests[1].partition(b"\r\n\r\n")[2]
    message = Webhook(webhook["secret"]).verify(body, head_of(receiver.requests[1]))
    assert (message["txid"], message["status"], message["amount"]) == (txid, "PAID", 10.01)
