"""States of a charge, of a received Pix and of a refund (STATES.md 1 and 2; BCB Pix API 2.9, cob and devolução)."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChargeStatus(TextChoices):
    """Stored under these names; `PARTIALLY REFUNDED` is always said with a space."""

    CREATED = "CREATED", pgettext_lazy("charge", "Being created")
    ACTIVE = "ACTIVE", pgettext_lazy("charge", "Active")
    PAID = "PAID", pgettext_lazy("charge", "Paid")
    EXPIRED = "EXPIRED", pgettext_lazy("charge", "Expired")
    PARTIALLY_REFUNDED = "PARTIALLY REFUNDED", pgettext_lazy("charge", "Partially refunded")
    REFUNDED = "REFUNDED", pgettext_lazy("charge", "Refunded")
    CANCELLED = "CANCELLED", pgettext_lazy("charge", "Cancelled")
    FAILED_CREATION = "FAILED_CREATION", pgettext_lazy("charge", "Refused")


CHARGE_CODES = {
    ChargeStatus.CREATED: "1",
    ChargeStatus.ACTIVE: "2",
    ChargeStatus.PAID: "3",
    ChargeStatus.EXPIRED: "4",
    ChargeStatus.PARTIALLY_REFUNDED: "5",
    ChargeStatus.REFUNDED: "6",
    ChargeStatus.CANCELLED: "7",
}
OPEN = (ChargeStatus.CREATED, ChargeStatus.ACTIVE)
RECEIVED = (ChargeStatus.PAID, ChargeStatus.PARTIALLY_REFUNDED, ChargeStatus.REFUNDED)

CHARGE_TRANSITIONS: dict[ChargeStatus, frozenset[ChargeStatus]] = {
    ChargeStatus.CREATED: frozenset(
        {
            ChargeStatus.ACTIVE,
            ChargeStatus.FAILED_CREATION,
            ChargeStatus.CANCELLED,
            ChargeStatus.EXPIRED,
            ChargeStatus.PAID,
        }
    ),
    ChargeStatus.ACTIVE: frozenset({ChargeStatus.PAID, ChargeStatus.EXPIRED, ChargeStatus.CANCELLED}),
    ChargeStatus.EXPIRED: frozenset({ChargeStatus.PAID}),
    ChargeStatus.CANCELLED: frozenset({ChargeStatus.PAID}),
    ChargeStatus.PAID: frozenset({ChargeStatus.PARTIALLY_REFUNDED, ChargeStatus.REFUNDED}),
    ChargeStatus.PARTIALLY_REFUNDED: frozenset({ChargeStatus.PARTIALLY_REFUNDED, ChargeStatus.REFUNDED}),
    ChargeStatus.REFUNDED: frozenset(),
    ChargeStatus.FAILED_CREATION: frozenset(),
}


def status_at(recorded: str, expires_at: datetime, moment: datetime) -> ChargeStatus:
    """The status at a moment: what was open and whose end has passed is EXPIRED, whether or not a job said so."""
    expired = recorded in OPEN and expires_at <= moment
    return ChargeStatus.EXPIRED if expired else ChargeStatus(recorded)


class PaymentOutcome(TextChoices):
    """What a received Pix did: it paid its charge, or why it is returned in full by itself."""

    ACCEPTED = "ACCEPTED", _("Paid the charge")
    LATE = "LATE", _("Arrived after the end")
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH", _("Another amount")
    DEBTOR_MISMATCH = "DEBTOR_MISMATCH", _("Another payer")
    ALREADY_PAID = "ALREADY_PAID", _("Already paid")


class RefundStatus(TextChoices):
    PROCESSING = "PROCESSING", pgettext_lazy("refund", "Processing")
    COMPLETED = "COMPLETED", pgettext_lazy("refund", "Completed")
    FAILED = "FAILED", pgettext_lazy("refund", "Failed")
    CANCELLED = "CANCELLED", pgettext_lazy("refund", "Cancelled")


REFUND_TRANSITIONS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.PROCESSING: frozenset({RefundStatus.COMPLETED, RefundStatus.FAILED, RefundStatus.CANCELLED}),
    RefundStatus.COMPLETED: frozenset(),
    RefundStatus.FAILED: frozenset(),
    RefundStatus.CANCELLED: frozenset(),
}


class RefundReason(TextChoices):
    """Why the network refused a refund (SPI codes)."""

    AM02 = "AM02", _("Above the limit")
    AM04 = "AM04", _("Insufficient balance")
    AC03 = "AC03", _("Account not found")
    AC06 = "AC06", _("Account blocked")
    AC07 = "AC07", _("Account closed")
    AM09 = "AM09", _("Amount above what can be returned")
    DT05 = "DT05", _("After the 90 days")
    AB03 = "AB03", _("Timed out at the network")
    OTHER = "OTHER", _("Refused by the network")


class RefundNature(TextChoices):
    ORIGINAL = "ORIGINAL", _("Asked by the receiver")
    MED_FRAUDE = "MED_FRAUDE", _("MED, fraud")
    MED_OPERACIONAL = "MED_OPERACIONAL", _("MED, operational failure")
    MED_PIX_AUTOMATICO = "MED_PIX_AUTOMATICO", _("MED, automatic Pix")
