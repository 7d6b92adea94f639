"""States of operations, card payments, disputes, contracts, recurrences and receivables (STATES.md 3 to 6 and 10)."""

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaymentMethod(TextChoices):
    PIX = "PIX", "Pix"
    CARD = "CARD", pgettext_lazy("method", "Card")
    BOLETO = "BOLETO", "Boleto"


class OperationChannel(TextChoices):
    """Where the payment was made. What follows it, and what is charged without its holder, comes from the back
    office."""

    ECOMMERCE = "ECOMMERCE", _("Online")
    POS = "POS", _("Terminal")
    BACKOFFICE = "BACKOFFICE", _("Back office")


class OperationType(TextChoices):
    PREAUTHORIZATION = "PREAUTHORIZATION", pgettext_lazy("operation", "Pre-authorization")
    DEBIT = "DEBIT", pgettext_lazy("operation", "Sale")
    CAPTURE = "CAPTURE", pgettext_lazy("operation", "Capture")
    REVERSAL = "REVERSAL", pgettext_lazy("operation", "Reversal")
    CANCEL = "CANCEL", pgettext_lazy("operation", "Cancellation")
    REFUND = "REFUND", pgettext_lazy("operation", "Refund")
    CHARGEBACK = "CHARGEBACK", pgettext_lazy("operation", "Chargeback")
    CHARGEBACK_REVERSAL = "CHARGEBACK_REVERSAL", pgettext_lazy("operation", "Chargeback reversal")


PAYMENTS = (OperationType.PREAUTHORIZATION, OperationType.DEBIT)
TAKES_MONEY = (OperationType.DEBIT, OperationType.CAPTURE)
GIVES_BACK = (OperationType.REFUND, OperationType.CANCEL, OperationType.REVERSAL)


class OperationResult(TextChoices):
    PENDING = "PENDING", pgettext_lazy("result", "Pending")
    AUTHORIZED = "AUTHORIZED", pgettext_lazy("result", "Authorized")
    EXECUTED = "EXECUTED", pgettext_lazy("result", "Executed")
    DECLINED = "DECLINED", pgettext_lazy("result", "Declined")
    FAILED = "FAILED", pgettext_lazy("result", "Failed")
    VOIDED = "VOIDED", pgettext_lazy("result", "Voided")


OPERATION_TRANSITIONS: dict[OperationResult, frozenset[OperationResult]] = {
    OperationResult.PENDING: frozenset(
        {OperationResult.AUTHORIZED, OperationResult.EXECUTED, OperationResult.DECLINED, OperationResult.FAILED}
    ),
    OperationResult.AUTHORIZED: frozenset({OperationResult.VOIDED}),
    OperationResult.EXECUTED: frozenset({OperationResult.VOIDED}),
    OperationResult.DECLINED: frozenset(),
    OperationResult.FAILED: frozenset(),
    OperationResult.VOIDED: frozenset(),
}
# What each type can come to, beyond PENDING.
RESULTS: dict[OperationType, frozenset[OperationResult]] = {
    OperationType.PREAUTHORIZATION: frozenset(
        {OperationResult.AUTHORIZED, OperationResult.DECLINED, OperationResult.VOIDED}
    ),
    **{
        each: frozenset(
            {OperationResult.EXECUTED, OperationResult.DECLINED, OperationResult.FAILED, OperationResult.VOIDED}
        )
        for each in TAKES_MONEY
    },
    **{each: frozenset({OperationResult.EXECUTED, OperationResult.FAILED}) for each in GIVES_BACK},
    OperationType.CHARGEBACK: frozenset({OperationResult.EXECUTED}),
    OperationType.CHARGEBACK_REVERSAL: frozenset({OperationResult.EXECUTED}),
}
DONE = (OperationResult.AUTHORIZED, OperationResult.EXECUTED)


class Action(TextChoices):
    """What may be done next with an operation (API.md 6.7, `actions`)."""

    CAPTURE = "CAPTURE", pgettext_lazy("action", "Capture")
    REVERSAL = "REVERSAL", pgettext_lazy("action", "Reversal")
    REFUND = "REFUND", pgettext_lazy("action", "Refund")
    CHARGEBACK = "CHARGEBACK", pgettext_lazy("action", "Chargeback")
    CHARGEBACK_REVERSAL = "CHARGEBACK_REVERSAL", pgettext_lazy("action", "Chargeback reversal")
    REBUILD = "REBUILD", pgettext_lazy("action", "Rebuild")
    CANCEL = "CANCEL", pgettext_lazy("action", "Cancel")


class CardStatus(TextChoices):
    APPROVED = "APPROVED", pgettext_lazy("card", "Approved")
    PENDING = "PENDING", pgettext_lazy("card", "Pending")
    DENIED = "DENIED", pgettext_lazy("card", "Denied")
    CANCELLED = "CANCELLED", pgettext_lazy("card", "Cancelled")
    UNDER_REVIEW = "UNDER_REVIEW", pgettext_lazy("card", "Under review")


CARD_TRANSITIONS: dict[CardStatus, frozenset[CardStatus]] = {
    CardStatus.PENDING: frozenset({CardStatus.APPROVED, CardStatus.DENIED, CardStatus.UNDER_REVIEW}),
    CardStatus.UNDER_REVIEW: frozenset({CardStatus.APPROVED, CardStatus.DENIED}),
    CardStatus.APPROVED: frozenset({CardStatus.CANCELLED}),
    CardStatus.DENIED: frozenset(),
    CardStatus.CANCELLED: frozenset(),
}


class CardFlag(TextChoices):
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED", pgettext_lazy("card", "Partially refunded")
    CHARGEBACK = "CHARGEBACK", pgettext_lazy("card", "Chargeback")


class CardType(TextChoices):
    CREDIT = "CREDIT", pgettext_lazy("card", "Credit")
    DEBIT = "DEBIT", pgettext_lazy("card", "Debit")


class PaymentType(TextChoices):
    """Who finances the installments: nobody, the merchant, the issuer."""

    AT_SIGHT = "A_VISTA", _("At sight")
    MERCHANT = "PARCELADO_LOJA", _("Installments by the merchant")
    ISSUER = "PARCELADO_EMISSOR", _("Installments by the issuer")


class DisputeType(TextChoices):
    CHARGEBACK = "CHARGEBACK", pgettext_lazy("dispute", "Chargeback")
    MED = "MED", "MED"


class DisputeStatus(TextChoices):
    OPEN = "OPEN", pgettext_lazy("dispute", "Open")
    CONTESTED = "CONTESTED", pgettext_lazy("dispute", "Contested")
    WON = "WON", pgettext_lazy("dispute", "Won")
    LOST = "LOST", pgettext_lazy("dispute", "Lost")
    ACCEPTED = "ACCEPTED", pgettext_lazy("dispute", "Accepted")
    EXPIRED = "EXPIRED", pgettext_lazy("dispute", "Expired")


UNDECIDED = (DisputeStatus.OPEN, DisputeStatus.CONTESTED)
DISPUTE_TRANSITIONS: dict[DisputeStatus, frozenset[DisputeStatus]] = {
    DisputeStatus.OPEN: frozenset(
        {
            DisputeStatus.CONTESTED,
            DisputeStatus.ACCEPTED,
            DisputeStatus.EXPIRED,
            DisputeStatus.WON,
            DisputeStatus.LOST,
        }
    ),
    DisputeStatus.CONTESTED: frozenset({DisputeStatus.WON, DisputeStatus.LOST}),
    DisputeStatus.WON: frozenset(),
    DisputeStatus.LOST: frozenset(),
    DisputeStatus.ACCEPTED: frozenset(),
    DisputeStatus.EXPIRED: frozenset(),
}


class ContractStatus(TextChoices):
    """NEW while its card is being verified: nobody sees it then."""

    NEW = "NEW", pgettext_lazy("contract", "Being verified")
    ACTIVE = "ACTIVE", pgettext_lazy("contract", "Active")
    INACTIVE = "INACTIVE", pgettext_lazy("contract", "Inactive")


CONTRACT_TRANSITIONS: dict[ContractStatus, frozenset[ContractStatus]] = {
    ContractStatus.NEW: frozenset({ContractStatus.ACTIVE, ContractStatus.INACTIVE}),
    ContractStatus.ACTIVE: frozenset({ContractStatus.INACTIVE}),
    ContractStatus.INACTIVE: frozenset(),
}


class RecurrenceType(TextChoices):
    LIMITED_TIMES = "LIMITED_TIMES", _("A number of times")
    INDETERMINATE = "INDETERMINATE", _("Until cancelled")


class Frequency(TextChoices):
    DAILY = "DAILY", _("Daily")
    WEEKLY = "WEEKLY", _("Weekly")
    MONTHLY = "MONTHLY", _("Monthly")
    YEARLY = "YEARLY", _("Yearly")


class RecurrenceStatus(TextChoices):
    ACTIVE = "ACTIVE", pgettext_lazy("recurrence", "Active")
    FINISHED = "FINISHED", pgettext_lazy("recurrence", "Finished")
    CANCELLED = "CANCELLED", pgettext_lazy("recurrence", "Cancelled")
    DISABLED_BY_FAILURES = "DISABLED_BY_FAILURES", pgettext_lazy("recurrence", "Ended after failures")
    DISABLED_EXPIRED_CARD = "DISABLED_EXPIRED_CARD", pgettext_lazy("recurrence", "Ended: the card expired")


RECURRENCE_TRANSITIONS: dict[RecurrenceStatus, frozenset[RecurrenceStatus]] = {
    RecurrenceStatus.ACTIVE: frozenset(set(RecurrenceStatus) - {RecurrenceStatus.ACTIVE}),
    **{each: frozenset() for each in RecurrenceStatus if each is not RecurrenceStatus.ACTIVE},
}


class ScheduleStatus(TextChoices):
    SCHEDULED = "SCHEDULED", pgettext_lazy("schedule", "Scheduled")
    PAID = "PAID", pgettext_lazy("schedule", "Paid")
    FAILED = "FAILED", pgettext_lazy("schedule", "Failed")
    CANCELLED = "CANCELLED", pgettext_lazy("schedule", "Cancelled")


SCHEDULE_TRANSITIONS: dict[ScheduleStatus, frozenset[ScheduleStatus]] = {
    ScheduleStatus.SCHEDULED: frozenset({ScheduleStatus.PAID, ScheduleStatus.FAILED, ScheduleStatus.CANCELLED}),
    ScheduleStatus.PAID: frozenset(),
    ScheduleStatus.FAILED: frozenset(),
    ScheduleStatus.CANCELLED: frozenset(),
}


class ReceivableStatus(TextChoices):
    SCHEDULED = "SCHEDULED", pgettext_lazy("receivable", "Scheduled")
    PAID = "PAID", pgettext_lazy("receivable", "Paid")
    REDUCED = "REDUCED", pgettext_lazy("receivable", "Reduced")
    CANCELLED = "CANCELLED", pgettext_lazy("receivable", "Cancelled")
    BLOCKED = "BLOCKED", pgettext_lazy("receivable", "Blocked")


STILL_DUE = (ReceivableStatus.SCHEDULED, ReceivableStatus.REDUCED)
RECEIVABLE_TRANSITIONS: dict[ReceivableStatus, frozenset[ReceivableStatus]] = {
    ReceivableStatus.SCHEDULED: frozenset(
        {ReceivableStatus.PAID, ReceivableStatus.REDUCED, ReceivableStatus.CANCELLED, ReceivableStatus.BLOCKED}
    ),
    ReceivableStatus.REDUCED: frozenset({ReceivableStatus.PAID, ReceivableStatus.CANCELLED, ReceivableStatus.BLOCKED}),
    ReceivableStatus.BLOCKED: frozenset({ReceivableStatus.SCHEDULED, ReceivableStatus.CANCELLED}),
    ReceivableStatus.PAID: frozenset(),
    ReceivableStatus.CANCELLED: frozenset(),
}


class AccountName(TextChoices):
    """The accounts of a client in the journal (STATES.md 14). `clearing` is the gateway's side."""

    CASH = "cash", pgettext_lazy("account", "Available")
    RECEIVABLE = "receivable", pgettext_lazy("account", "Receivables")
    FEE = "fee", pgettext_lazy("account", "Fees")
    REFUNDS_IN_TRANSIT = "refunds_in_transit", pgettext_lazy("account", "Refunds in transit")
    PAYOUTS_IN_TRANSIT = "payouts_in_transit", pgettext_lazy("account", "Payouts in transit")
    MED_BLOCKED = "med_blocked", pgettext_lazy("account", "Blocked by MED")
    DISPUTE = "dispute", pgettext_lazy("account", "Held by disputes")
    DISPUTE_EXCESS = "dispute_excess", pgettext_lazy("account", "Disputed beyond what remained")
    CHARGEBACK = "chargeback", pgettext_lazy("account", "Lost to chargebacks")
    FINE_INTEREST = "fine_interest", pgettext_lazy("account", "Fines and interest")
    CLEARING = "clearing", pgettext_lazy("account", "Clearing")


State = TypeVar("State", bound=TextChoices)


def moved(table: Mapping[State, frozenset[State]], before: State, after: State) -> State:
    """The state after a move. Raises ValueError for one that its table does not list."""
    if after not in table[before]:
        raise ValueError(f"{before} → {after}")
    return after
