"""How the states of charges, refunds and received Pix look."""

from charges.states import ChargeStatus, PaymentOutcome, RefundStatus
from core.looks import Look

CHARGES: dict[ChargeStatus, Look] = {
    ChargeStatus.CREATED: ("yellow", "clock"),
    ChargeStatus.ACTIVE: ("blue", "ring"),
    ChargeStatus.PAID: ("green", "ok"),
    ChargeStatus.EXPIRED: ("gray", "dash"),
    ChargeStatus.PARTIALLY_REFUNDED: ("orange", "half"),
    ChargeStatus.REFUNDED: ("plum", "back"),
    ChargeStatus.CANCELLED: ("gray", "x"),
    ChargeStatus.FAILED_CREATION: ("red", "bang"),
}
REFUNDS: dict[RefundStatus, Look] = {
    RefundStatus.PROCESSING: ("yellow", "clock"),
    RefundStatus.COMPLETED: ("green", "ok"),
    RefundStatus.FAILED: ("red", "bang"),
    RefundStatus.CANCELLED: ("gray", "x"),
}


def charge_look(status: ChargeStatus) -> Look:
    return CHARGES[status]


def refund_look(status: RefundStatus) -> Look:
    return REFUNDS[status]


def payment_look(outcome: PaymentOutcome) -> Look:
    return ("green", "ok") if outcome is PaymentOutcome.ACCEPTED else ("orange", "back")
