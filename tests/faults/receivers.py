"""The receiver of all merchants' webhooks: it misbehaves like a real one and writes down what came."""

import random
import ssl
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.core.receiver import Behaviour, Receiver, replying, request_of
from tests.running import RemoteMerchant
from webhooks.promises import ANSWER_SECONDS

TYPE = "PIX_QR_INBOUND"
well = replying("HTTP/1.1 200 OK\nContent-Length: 0")


def hang(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
    stopped.wait(ANSWER_SECONDS + 1)


def close_early(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
    connection.close()


MANNERS: dict[Behaviour, int] = {
    well: 30,
    replying("HTTP/1.1 500 Oops\nContent-Length: 0"): 2,
    replying("HTTP/1.1 429 Later\nRetry-After: 2\nContent-Length: 0"): 2,
    replying("HTTP/1.1 200 OK\nContent-Length: 9"): 2,
    close_early: 2,
    hang: 1,
}


@dataclass
class Inbox:
    """What arrived: for each message its bodies (there must be one) and how often it came. Who does not sign with the
    secret of the webhook that it was sent to is a `stranger`."""

    seed: int
    bodies: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    copies: Counter[str] = field(default_factory=Counter)
    strangers: list[str] = field(default_factory=list)
    mended: threading.Event = field(default_factory=threading.Event)
    webhooks: list["Subscription"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice, self.lock = random.Random(self.seed), threading.Lock()

    def behave(self, connection: ssl.SSLSocket, stopped: threading.Event) -> None:
        while (request := request_of(connection)).strip():
            self.write_down(request)
            manner = well if self.mended.is_set() else self.dice.choices(list(MANNERS), list(MANNERS.values()))[0]
            manner(connection, stopped)
            if manner is not well:
                return

    def write_down(self, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines)}
        secret = next(each.secret for each in self.webhooks if each.path == first.split()[1])
        with self.lock:
            self.bodies[headers["webhook-id"]].add(body)
            self.copies[headers["webhook-id"]] += 1
            try:
                Webhook(secret).verify(body, headers)
            except WebhookVerificationError as error:
                self.strangers.append(f"{head!r} {error}")

    def subscribe(self, merchant: RemoteMerchant, receiver: Receiver) -> None:
        """Makes this the merchant's only webhook."""
        for old in merchant.call("GET", "/v1/webhooks").json()["content"]:
            merchant.persist("DELETE", f"/v1/webhooks/{old['id']}")
        path = f"/{len(self.webhooks)}"
        body = {"url": receiver.url(path), "eventType": TYPE, "includeLifecycle": True}
        made = merchant.persist("POST", "/v1/webhooks", body)
        assert made.status_code == 201, made.text
        self.webhooks.append(Subscription(merchant, path, made.json()))

    def mend(self, since: datetime) -> None:
        """Answers well from now on, and asks for what did not arrive."""
        self.mended.set()
        for each in self.webhooks:
            each.recover(since)

    def __str__(self) -> str:
        return f"{len(self.bodies)} messages received, {self.copies.total() - len(self.bodies)} copies of them"


@dataclass(frozen=True)
class Subscription:
    """A merchant's webhook, whose address has a path of its own."""

    merchant: RemoteMerchant
    path: str
    facts: dict[str, Any]

    @property
    def secret(self) -> str:
        return str(self.facts["secret"])

    def recover(self, since: datetime) -> None:
        window = {"since": since.isoformat().replace("+00:00", "Z")}
        answer = self.merchant.persist("POST", f"/v1/webhooks/{self.facts['id']}/recover", window)
        assert answer.status_code == 202, answer.text
