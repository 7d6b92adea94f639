"""How the states of cards, orders and what belongs to them look, and how actions and brands are shown."""

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.cards import Brand
from core.looks import Badge, Look
from core.money import ZERO
from core.templatetags.portal import status
from transactions.models import CardPayment, Order
from transactions.states import (
    Action,
    CardFlag,
    CardStatus,
    ContractStatus,
    DisputeStatus,
    OperationResult,
    ReceivableStatus,
    RecurrenceStatus,
    ScheduleStatus,
)

CARDS: dict[CardStatus, Look] = {
    CardStatus.APPROVED: ("green", "ok"),
    CardStatus.PENDING: ("yellow", "clock"),
    CardStatus.DENIED: ("red", "x"),
    CardStatus.CANCELLED: ("gray", "dash"),
    CardStatus.UNDER_REVIEW: ("blue", "eye"),
}
FLAGS: dict[CardFlag, Look] = {
    CardFlag.PARTIALLY_REFUNDED: ("orange", "half"),
    CardFlag.CHARGEBACK: ("plum", "back"),
}
RESULTS: dict[OperationResult, Look] = {
    OperationResult.PENDING: ("yellow", "clock"),
    OperationResult.AUTHORIZED: ("green", "ok"),
    OperationResult.EXECUTED: ("green", "ok"),
    OperationResult.DECLINED: ("red", "x"),
    OperationResult.FAILED: ("red", "bang"),
    OperationResult.VOIDED: ("gray", "dash"),
}
DISPUTES: dict[DisputeStatus, Look] = {
    DisputeStatus.OPEN: ("yellow", "clock"),
    DisputeStatus.CONTESTED: ("blue", "ring"),
    DisputeStatus.WON: ("green", "ok"),
    DisputeStatus.LOST: ("red", "x"),
    DisputeStatus.ACCEPTED: ("gray", "dash"),
    DisputeStatus.EXPIRED: ("red", "bang"),
}
RECEIVABLES: dict[ReceivableStatus, Look] = {
    ReceivableStatus.SCHEDULED: ("blue", "clock"),
    ReceivableStatus.PAID: ("green", "ok"),
    ReceivableStatus.REDUCED: ("orange", "half"),
    ReceivableStatus.CANCELLED: ("gray", "dash"),
    ReceivableStatus.BLOCKED: ("yellow", "bang"),
}
CONTRACTS: dict[ContractStatus, Look] = {
    ContractStatus.NEW: ("yellow", "clock"),
    ContractStatus.ACTIVE: ("green", "ok"),
    ContractStatus.INACTIVE: ("gray", "dash"),
}
RECURRENCES: dict[RecurrenceStatus, Look] = {
    RecurrenceStatus.ACTIVE: ("blue", "ring"),
    RecurrenceStatus.FINISHED: ("green", "ok"),
    RecurrenceStatus.CANCELLED: ("gray", "x"),
    RecurrenceStatus.DISABLED_BY_FAILURES: ("red", "bang"),
    RecurrenceStatus.DISABLED_EXPIRED_CARD: ("orange", "dash"),
}
SCHEDULES: dict[ScheduleStatus, Look] = {
    ScheduleStatus.SCHEDULED: ("blue", "clock"),
    ScheduleStatus.PAID: ("green", "ok"),
    ScheduleStatus.FAILED: ("red", "bang"),
    ScheduleStatus.CANCELLED: ("gray", "x"),
}
ICONS: dict[Action, str] = {
    Action.CAPTURE: "circle-check",
    Action.REVERSAL: "lock-open",
    Action.CANCEL: "ban",
    Action.REFUND: "arrow-back-up",
    Action.CHARGEBACK: "gavel",
    Action.CHARGEBACK_REVERSAL: "scale",
    Action.REBUILD: "rotate-clockwise",
}
# The files of Tabler's payment marks; a brand without one is named by its word alone.
MARKS: dict[str, str] = {
    Brand.VISA: "visa",
    Brand.MASTERCARD: "mastercard",
    Brand.AMEX: "americanexpress",
    Brand.ELO: "elo",
    Brand.DINERS: "dinersclub",
    Brand.DISCOVER: "discover",
    Brand.JCB: "jcb",
}
TO_CAPTURE = _("To capture")


def brand_mark(brand: str, *, is_named: bool = False) -> SafeString:
    """The brand as a small picture; as a word for those without one. `is_named`: its name stands beside it."""
    if brand not in MARKS:
        return format_html('<span class="brand-w">{}</span>', brand.title())
    name = "" if is_named else brand.title()
    address = static(f"vendor/payments/{MARKS[brand]}.svg")
    return format_html('<img class="brand-m" src="{}" alt="{}" width="28" height="17">', address, name)


def dotted(last4: str) -> str:
    """`•••• 0071`, as people know it from their receipts."""
    return f"•••• {last4}"


def card_badges(card: CardPayment) -> list[Badge]:
    """The status, the note of what waits to be captured, and what came back."""
    current = CardStatus(card.status)
    return [
        badge(current.label, CARDS[current]),
        *([badge(TO_CAPTURE, ("gray", "ring"))] if card.is_authorization_only else []),
        *(badge(flag.label, FLAGS[flag]) for flag in card.flags),
    ]


def order_badges(order: Order) -> list[Badge]:
    """What has become of an order, from its amounts."""
    found: list[Badge] = []
    if order.captured_amount and order.refunded_amount == order.captured_amount:
        found.append(badge(pgettext("order", "Refunded"), ("plum", "back")))
    elif order.captured_amount:
        found.append(badge(pgettext("order", "Captured"), ("green", "ok")))
    if order.capturable_amount:
        found.append(badge(TO_CAPTURE, ("yellow", "clock")))
    if ZERO < order.refunded_amount < order.captured_amount:
        found.append(badge(CardFlag.PARTIALLY_REFUNDED.label, FLAGS[CardFlag.PARTIALLY_REFUNDED]))
    if order.charged_back_amount:
        found.append(badge(CardFlag.CHARGEBACK.label, FLAGS[CardFlag.CHARGEBACK]))
    return found or [badge(pgettext("order", "Nothing taken"), ("gray", "dash"))]


def badge(label: "str | Promise", look: Look) -> Badge:
    return str(label), *look


def badges_html(badges: list[Badge]) -> SafeString:
    return format_html_join(" ", "{}", ((status(*each),) for each in badges))
