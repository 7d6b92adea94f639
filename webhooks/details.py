"""What the page of one endpoint shows: its health, its deliveries, one of them with every attempt."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Q

from accounts.permissions import Fine, Module, fine, read
from core import clock
from core.actor import Actor
from core.lists.periods import zone_text
from core.looks import Look
from webhooks import promises
from webhooks.figures import last_day
from webhooks.looks import delivery_look, endpoint_look, health_look, sentence_of
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.queries import deliveries_about, deliveries_for, with_attempts
from webhooks.states import DeliveryStatus, EndpointStatus

WRITE = fine(Module.WEBHOOK, Fine.WRITE)
PAGE = 20
SNIPPETS = {
    "Python": "python.txt",
    "JavaScript": "javascript.txt",
    "PHP": "php.txt",
    "Java": "java.txt",
    "C#": "csharp.txt",
}
FOLDER = Path(__file__).parent / "snippets"


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt as the page shows it: what was sent, what came back."""

    attempt: Attempt
    delivery: Delivery

    @property
    def sentence(self) -> str:
        return str(sentence_of(self.attempt))

    @property
    def is_good(self) -> bool:
        return self.attempt.status_code is not None and 200 <= self.attempt.status_code < 300

    @property
    def request(self) -> str:
        """Head and body. The moment of the signature lies within a second of the attempt's beginning."""
        url = urlsplit(self.delivery.endpoint.url)
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        head = [f"POST {path}", f"host: {url.netloc}", f"webhook-id: {self.delivery.event.event_id}"]
        if self.attempt.signature:
            head.append(f"webhook-signature: {self.attempt.signature}")
        return "\n".join(head)


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as a row of a table."""

    delivery: Delivery
    look: Look
    calls: list[Call]

    @property
    def last(self) -> Call | None:
        return self.calls[-1] if self.calls else None

    @property
    def body(self) -> str:
        """The message, indented for people; the bytes that were signed have no spaces."""
        body = self.delivery.event.body
        return json.dumps(json.loads(bytes(body)), indent=2, ensure_ascii=False) if body else ""

    @property
    def may_be_resent(self) -> bool:
        return self.delivery.event.body is not None and self.delivery.endpoint.deleted_at is None


def line_of(delivery: Delivery) -> Line:
    calls = [Call(attempt, delivery) for attempt in delivery.attempt_rows.all()]
    return Line(delivery, delivery_look(delivery), calls)


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint as the list and its page show it."""

    endpoint: Endpoint

    @property
    def look(self) -> Look:
        return endpoint_look(self.endpoint)

    @property
    def health(self) -> Look:
        return health_look(self.endpoint)

    @property
    def is_active(self) -> bool:
        return self.endpoint.status == EndpointStatus.ACTIVE

    @property
    def is_disabled(self) -> bool:
        return self.endpoint.status == EndpointStatus.DISABLED


def detail_of(actor: Actor, endpoint: Endpoint, *, state: str, page: int, opened: str) -> dict[str, Any]:
    """All that the page of an endpoint shows. `opened` is the delivery whose attempts are shown in full."""
    rows = deliveries_for(actor).filter(endpoint=endpoint)
    wanted = rows.filter(status=state) if state in DeliveryStatus.values else rows
    start = (page - 1) * PAGE
    found = list(with_attempts(wanted.order_by("-created_at", "-id"))[start : start + PAGE + 1])
    return {
        "endpoint": endpoint,
        "shown": Shown(endpoint),
        "lines": [line_of(delivery) for delivery in found[:PAGE]],
        "opened": opened,
        "state": state if state in DeliveryStatus.values else "",
        "tabs": tabs(endpoint),
        "day": last_day(endpoint),
        "answer_seconds": int(promises.ANSWER_SECONDS),
        "page_number": page,
        "next_page": page + 1 if len(found) > PAGE else None,
        "previous_page": page - 1 if page > 1 else None,
        "notices": endpoint.notices.all()[:3],
        "attempts_in_all": promises.ATTEMPTS,
        "rotating": endpoint.old_secret_until is not None and endpoint.old_secret_until > clock.now(),
        "may_write": actor.may(WRITE),
        "zone_text": zone_text(actor.zone),
        "snippets": snippets(),
    }


def tabs(endpoint: Endpoint) -> list[tuple[str, str, int]]:
    """Each state with its word and how many deliveries are in it."""
    counts = Delivery.objects.filter(endpoint=endpoint).aggregate(
        **{status.value: Count("pk", filter=Q(status=status)) for status in DeliveryStatus}
    )
    return [(status.value, str(status.label), counts[status.value]) for status in DeliveryStatus]


def snippets() -> list[tuple[str, str]]:
    return [(language, (FOLDER / name).read_text()) for language, name in SNIPPETS.items()]


def sent_for(actor: Actor, *, object_type: str, object_id: str) -> dict[str, Any]:
    """What was sent for one object, for its own page; nothing for who may not see webhooks."""
    if not actor.may(read(Module.WEBHOOK)):
        return {"sent": []}
    about = deliveries_about(actor, object_type=object_type, object_id=object_id)
    return {"sent": [line_of(delivery) for delivery in about[:PAGE]]}
