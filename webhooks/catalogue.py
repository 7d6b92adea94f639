"""Every type of event that merchants may be told (API.md 7.1). A product adds the shape of its messages and an example,
which the guide, the gallery and the tests read; a type without them is not sent by this version."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from webhooks.events import TEST


@dataclass(frozen=True, slots=True)
class EventType:
    """`when` says what makes us send it. `schema` is JSON Schema, `example` a body that obeys it."""

    name: str
    when: "str | Promise"
    subscribable: bool = True
    schema: dict[str, Any] | None = None
    example: dict[str, Any] | None = None

    @property
    def is_sent(self) -> bool:
        return self.schema is not None


SENTENCES: dict[str, "str | Promise"] = {
    "PIX_QR_INBOUND": _("A charge was paid; a refund completed or failed; on request also when a charge ends unpaid"),
    "PIX_QR_PARTNER_INBOUND": _("May be subscribed to; this version never sends it"),
    "PIX_OUTBOUND": _("A payout was paid, failed, was cancelled or came back"),
    "CARD_PAYMENT_INBOUND": _("A card payment was approved, denied after review, captured, cancelled or refunded"),
    "CARD_CHARGEBACK": _("A dispute was opened, reversed, lost or won"),
    "CARD_RECURRING_INBOUND": _("A scheduled payment was paid or failed, or a recurrence ended"),
    "PAYMENT_LINK_INBOUND": _("A link was paid, a refund finished, or a chargeback came or was reversed"),
    "AUTOMATIC_PIX_AUTHORIZATION": _("An authorization changed its status"),
    "AUTOMATIC_PIX_PAYMENT": _("A payment of automatic Pix changed its status"),
    "PIX_MED": _("A MED case was opened or decided"),
}
SUBSCRIBABLE = tuple(SENTENCES)

# What every body begins with (API.md 7.2).
ALWAYS: dict[str, Any] = {
    "eventType": {"type": "string"},
    "xTransactionId": {"type": ["string", "null"], "format": "uuid"},
    "version": {"type": "integer", "minimum": 1},
}

_types: dict[str, EventType] = {name: EventType(name, when) for name, when in SENTENCES.items()}


def describe(name: str, *, fields: dict[str, Any], example: dict[str, Any], optional: tuple[str, ...] = ()) -> None:
    """Adds the shape of a type's messages: every field is always there, but for the optional ones."""
    known = _types[name]
    properties = {**ALWAYS, "eventType": {"const": name}, **fields}
    schema = {
        "type": "object",
        "properties": properties,
        "required": [each for each in properties if each not in optional],
        "additionalProperties": False,
    }
    body = {"eventType": name, "xTransactionId": None, "version": 2, **example}
    _types[name] = EventType(name, known.when, known.subscribable, schema, body)


def event_types() -> list[EventType]:
    return list(_types.values())


def event_type(name: str) -> EventType:
    return _types[name]


_types[TEST] = EventType(TEST, _("You asked for a test message"), subscribable=False)
describe(
    TEST,
    fields={"webhookId": {"type": "string"}, "createdAt": {"type": "string", "format": "date-time"}},
    example={"webhookId": "wh_4k2j9x7q1m5n8p3r6", "createdAt": "2026-11-20T17:32:50.123Z"},
)
