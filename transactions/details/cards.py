"""What the page of one payment by card shows: its money, its operations, its receivables, its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import Fine, Module, fine
from core.actor import Actor
from core.lists.periods import zone_text
from core.lists.short import SHORT, shortened
from core.looks import Look
from transactions.columns import document_for, expiry_text, installments_text
from transactions.details.operations import LISTED, meaning_of, offered_on_a_page, tree_of
from transactions.looks import DISPUTES, RECEIVABLES, brand_mark, card_badges, dotted
from transactions.models import CardPayment, Dispute, Operation, Receivable
from transactions.queries.availability import is_taken, undecided_dispute_of
from transactions.queries.orders import tree_with_facts
from transactions.states import CardStatus, DisputeStatus, ReceivableStatus
from webhooks.details import sent_for
from webhooks.timeline import ENDED, GREEN, WAITING, WRONG, Sentences, timeline_of

WRITE = fine(Module.CREDIT_CARD, Fine.WRITE)
REVIEWED: Look = ("blue", "eye")
SENTENCES: Sentences = {
    "card.approved": (_("Payment of %(amount)s approved"), GREEN),
    "card.denied": (_("Payment of %(amount)s denied"), WRONG),
    "card.under_review": (_("Payment of %(amount)s under review"), REVIEWED),
    "card.captured": (_("%(amount)s captured"), GREEN),
    "card.capture_failed": (_("Capture of %(amount)s declined"), WRONG),
    "card.reversed": (_("%(amount)s released to the holder: not captured any more"), ENDED),
    "card.reversal_failed": (_("Reversal of %(amount)s failed"), WRONG),
    "card.cancelled": (_("%(amount)s cancelled on the day of the payment"), ENDED),
    "card.cancel_failed": (_("Cancellation of %(amount)s failed"), WRONG),
    "card.refunded": (pgettext_lazy("card", "Refund of %(amount)s completed"), GREEN),
    "card.refund_failed": (pgettext_lazy("card", "Refund of %(amount)s failed"), WRONG),
    "card.chargeback": (_("Chargeback of %(amount)s opened"), WAITING),
    "card.chargeback_reversed": (_("Chargeback of %(amount)s reversed: the money is back"), GREEN),
    "card.chargeback_lost": (_("Chargeback of %(amount)s lost"), WRONG),
    "card.dispute_contested": (_("Evidence sent against the chargeback"), REVIEWED),
}
ORIGINS = {"PAYMENT_LINK": _("Payment link"), "RECURRENCE": _("Recurrence")}


@dataclass(frozen=True, slots=True)
class Part:
    """A receivable as a row."""

    receivable: Receivable

    @property
    def look(self) -> Look:
        return RECEIVABLES[ReceivableStatus(self.receivable.status)]

    @property
    def fee(self) -> Decimal:
        """What refunds left of it."""
        return self.receivable.fee - self.receivable.returned_fee


@dataclass(frozen=True, slots=True)
class Contested:
    """A dispute as a row."""

    dispute: Dispute

    @property
    def look(self) -> Look:
        return DISPUTES[DisputeStatus(self.dispute.status)]


def card_detail_of(actor: Actor, card: CardPayment, *, whole: bool) -> dict[str, Any]:
    """All that the page of a payment by card shows, from a fixed number of queries."""
    every = tree_with_facts(card.operation.order)
    payment = next(each for each in every if each.pk == card.operation_id)
    own = [each for each in every if card.operation_id in (each.pk, each.payment_id)]
    order, tree = payment.order, tree_of(every, payment, whole=whole)
    return {
        "card": card,
        "payment": payment,
        "order": order,
        "badges": card_badges(card),
        "brand": brand_mark(card.brand),
        "number": dotted(card.last4),
        "expires": expiry_text(card.expires),
        "installments": installments_text(card),
        "document": document_for(actor, order.customer_document) if order.customer_document else "",
        "meaning": meaning_of(payment),
        "origin": ORIGINS.get(card.origin, card.origin),
        "tree": tree,
        "operations_count": sum(node.count for node in tree),
        "disputes": [Contested(dispute) for each in own for dispute in each.disputes.all()],
        "zone_text": zone_text(actor.zone),
        **timeline_of(actor, SENTENCES, object_type="card", object_id=payment.operation_id, whole=whole),
        **parts_of(own, whole=whole),
        **balance_of(card, payment),
        **offered_on_a_page(actor, own),
        **sandbox_of(actor, card, own),
        **sent_for(actor, object_type="card", object_id=payment.operation_id),
    }


def balance_of(card: CardPayment, payment: Operation) -> dict[str, Any]:
    """Amounts in reais; what goes back is below zero."""
    return {
        "to_capture": payment.capturable,
        "minus_refunded": -card.refunded_amount,
        "minus_charged_back": -card.charged_back_amount,
        "kept": card.captured_amount - card.refunded_amount - card.charged_back_amount,
    }


def parts_of(operations: Iterable[Operation], *, whole: bool) -> dict[str, Any]:
    rows = Receivable.objects.filter(operation__in=[each.pk for each in operations])
    parts = (Part(row) for row in rows.order_by("pays_on", "number", "part")[: None if whole else SHORT + 1])
    shown, goes_on = shortened(parts, whole=whole)
    return {"parts": shown, "parts_count": rows.count() if goes_on else len(shown), "parts_go_on": goes_on}


def sandbox_of(actor: Actor, card: CardPayment, operations: list[Operation]) -> dict[str, Any]:
    """What the sandbox can bring about now."""
    if not settings.SANDBOX or not actor.may(WRITE):
        return {"may_simulate": False}
    reviewed = card.status == CardStatus.UNDER_REVIEW
    return {"may_simulate": True, "reviewed": reviewed, **disputes_to_simulate(operations)}


def disputes_to_simulate(operations: list[Operation]) -> dict[str, list[Operation]]:
    """None where they would be many buttons: the menu of each operation has its own."""
    disputed = [each for each in operations if undecided_dispute_of(each)]
    disputable = [each for each in operations if is_taken(each) and each not in disputed]
    few = len(disputed) + len(disputable) <= LISTED
    return {"disputed": disputed, "disputable": disputable} if few else {}
