"""The first webhook of a developer, from outside: `make run`, a receiver on loopback, a charge that pays itself."""

import ssl
import time

import pytest
from standardwebhooks import Webhook

from tests.core.receiver import Receiver, serving
from tests.running import RunningPortal
from tests.webhooks.conftest import OK
from tests.webhooks.test_delivery import head_of

pytestmark = pytest.mark.faults
PROMISED_SECONDS = 25


def arrived(receiver: Receiver, count: int, seconds: float) -> float:
    """Seconds until so many requests had come."""
    began = time.monotonic()
    while len(receiver.requests) < count:
        assert time.monotonic() - began < seconds, f"{len(receiver.requests)} of {count} requests came"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_paid_charge_reaches_a_receiver_on_loopback_with_a_signature_that_holds(
    portal: RunningPortal, server: ssl.SSLContext
) -> None:
    merchant = portal.merchant()
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
    assert merchant.call("DELETE", f"/v1/webhooks/{webhook['id']}").status_code == 204  # others go on in this portal
