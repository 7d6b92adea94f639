"""What the page of one charge shows: its money, its timeline, and what may be done with it now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Fine, Module, fine
from charges import qr
from charges.looks import charge_look, payment_look, refund_look
from charges.models import Charge, Payment, Refund
from charges.queries import HOLDING
from charges.states import OPEN, ChargeStatus, PaymentOutcome, RefundReason, RefundStatus
from core import clock, money
from core.actor import Actor
from core.lists.periods import zone_text
from core.looks import Look
from core.money import ZERO
from webhooks.details import sent_for
from webhooks.timeline import ENDED, GREEN, WAITING, WRONG, Sentences, timeline_of, who_did

WRITE = fine(Module.CHARGES, Fine.WRITE)
REFUND = fine(Module.CHARGES, Fine.REFUND)
PII = fine(Module.CHARGES, Fine.PII)

SENTENCES: Sentences = {
    "charge.created": (_("Charge created"), GREEN),
    "charge.changed": (_("Charge changed, now %(amount)s"), GREEN),
    "charge.paid": (_("Payment of %(amount)s received"), GREEN),
    "charge.pix_not_accepted": (_("Pix of %(amount)s not accepted: it goes back in full"), WRONG),
    "charge.expired": (_("Charge expired"), ENDED),
    "charge.cancelled": (_("Charge deleted"), ENDED),
    "charge.refund_requested": (_("Refund of %(amount)s asked for"), WAITING),
    "charge.refund_completed": (_("Refund of %(amount)s completed"), GREEN),
    "charge.refund_failed": (_("Refund of %(amount)s failed"), WRONG),
    "charge.med_opened": (_("MED opened: %(amount)s blocked"), WRONG),
    "charge.med_contested": (_("MED contested"), WAITING),
    "charge.med_won": (_("MED decided for you: %(amount)s available again"), GREEN),
    "charge.med_lost": (_("MED decided: %(amount)s goes back"), WRONG),
    "charge.document_shown": (_("Whole document looked at"), ("gray", "eye")),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A Pix with what became of it. Amounts in reais."""

    payment: Payment
    held: Decimal
    returned: Decimal

    @property
    def look(self) -> Look:
        return payment_look(PaymentOutcome(self.payment.outcome))

    @property
    def is_accepted(self) -> bool:
        return self.payment.outcome == PaymentOutcome.ACCEPTED

    @property
    def remaining(self) -> Decimal:
        """What can be refunded: neither went back nor is under way nor is blocked."""
        return self.payment.operation.remaining

    @property
    def minus_blocked(self) -> Decimal:
        return -self.payment.operation.charged_back_amount

    @property
    def under_way(self) -> Decimal:
        return self.held - self.returned

    @property
    def minus_returned(self) -> Decimal:
        return -self.returned

    @property
    def minus_under_way(self) -> Decimal:
        return -self.under_way

    @property
    def returned_share(self) -> str:
        return share(self.returned, self.payment.amount)

    @property
    def taken_share(self) -> str:
        return share(self.payment.amount - self.remaining, self.payment.amount)

    def is_refundable(self, moment: datetime) -> bool:
        return self.remaining > ZERO and moment <= self.payment.refundable_until


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund as the page shows it."""

    refund: Refund
    look: Look
    word: str
    who: str

    @property
    def is_waiting(self) -> bool:
        return self.refund.status == RefundStatus.PROCESSING


def share(part: Decimal, whole: Decimal) -> str:
    """A part in hundredths, as SVG takes it in any language."""
    return format(part / whole * 100, ".2f")


def detail_of(actor: Actor, charge: Charge, *, whole: bool = False) -> dict[str, Any]:
    """All that the page of a charge shows, from six queries."""
    moment = clock.now()
    status = charge.status_at(moment)
    refunds = list(charge.refunds.select_related("payment"))
    received = [received_of(payment, refunds) for payment in charge.payments.select_related("operation")]
    accepted = next((each for each in received if each.is_accepted), None)
    return {
        "charge": charge,
        "status": status,
        "look": charge_look(status),
        "received": received,
        "accepted": accepted,
        "refunds": [given_back(refund) for refund in refunds],
        "zone_text": zone_text(actor.zone),
        **timeline_of(actor, SENTENCES, object_type="charge", object_id=charge.txid, whole=whole),
        **countdown(charge, moment),
        "qr": image_of(charge, status),
        **allowed(actor, status, accepted, moment),
        **sent_for(actor, object_type="charge", object_id=charge.txid),
    }


def countdown(charge: Charge, moment: datetime) -> dict[str, Any]:
    """What is left of an open charge, as `mm:ss` for a page without JavaScript."""
    left = max(0, int((charge.expires_at - moment).total_seconds()))
    return {"seconds_left": left, "clock_text": f"{left // 60:02}:{left % 60:02}"}


def allowed(actor: Actor, status: ChargeStatus, accepted: Received | None, moment: datetime) -> dict[str, bool]:
    """What this actor may do with the charge now. The action asks again."""
    may_write = actor.may(WRITE)
    return {
        "may_change": may_write and status is ChargeStatus.ACTIVE,
        "may_refund": bool(accepted and accepted.is_refundable(moment)) and actor.may(REFUND),
        "may_simulate": settings.SANDBOX and may_write,
        "may_expire": settings.SANDBOX and may_write and status in OPEN,
        "may_show_document": actor.may(PII),
    }


def received_of(payment: Payment, refunds: list[Refund]) -> Received:
    of_this = [refund for refund in refunds if refund.payment_id == payment.pk]
    held = sum((refund.amount for refund in of_this if refund.status in HOLDING), ZERO)
    returned = sum((refund.amount for refund in of_this if refund.status == RefundStatus.COMPLETED), ZERO)
    return Received(payment, held, returned)


def given_back(refund: Refund) -> GivenBack:
    status = RefundStatus(refund.status)
    word = RefundReason(refund.status_reason).label if refund.status_reason else status.label
    return GivenBack(refund, refund_look(status), str(word), who_did(refund.created_by, refund.channel))


def image_of(charge: Charge, status: ChargeStatus) -> str:
    if status is not ChargeStatus.ACTIVE or not charge.pix_copy_and_paste:
        return ""
    label = _("QR code of the charge of %(amount)s") % {"amount": money.formatted(charge.amount)}
    return qr.svg(charge.pix_copy_and_paste, label=str(label))
