"""What happened to one object, in words, newest first: for its own page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import money
from core.actor import Actor, Channel
from core.lists.short import SHORT, shortened
from core.looks import Look
from webhooks.models import Event
from webhooks.queries import events_of

GREEN, WAITING, WRONG, ENDED = ("green", "ok"), ("yellow", "clock"), ("red", "bang"), ("gray", "dash")
CHANNELS = {
    Channel.PORTAL: _("portal"),
    Channel.API: "API",
    Channel.ADMIN: _("administration"),
    Channel.SYSTEM: _("system"),
}
# By the name of the event; a sentence may show the event's facts.
Sentences = Mapping[str, tuple[Any, Look]]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    sentence: str
    at: datetime
    who: str
    request_id: str
    look: Look


def timeline_of(
    actor: Actor, sentences: Sentences, *, object_type: str, object_id: str, whole: bool = False
) -> dict[str, Any]:
    """For a page: the newest moments, or all of them."""
    events = events_of(actor, object_type=object_type, object_id=object_id)
    shown, goes_on = shortened(events if whole else events[: SHORT + 1], whole=whole)
    return {"timeline": [told(event, sentences) for event in shown], "timeline_goes_on": goes_on}


def told(event: Event, sentences: Sentences) -> Moment:
    sentence, look = sentences.get(event.name, (event.name, ENDED))
    facts = dict(event.facts)
    if "amount" in facts:
        facts["amount"] = money.formatted(Decimal(facts["amount"]))
    return Moment(
        sentence=str(sentence) % facts if facts else str(sentence),
        at=event.created_at,
        who=who_did(event.actor, event.channel),
        request_id=str(event.x_transaction_id or ""),
        look=look,
    )


def who_did(name: str, channel: str) -> str:
    """The person or the credential and the door, or the system."""
    door = str(CHANNELS[Channel(channel)])
    return door if channel == Channel.SYSTEM else f"{name} · {door}"
