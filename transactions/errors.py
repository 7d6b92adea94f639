"""Rules of orders, cards and disputes that can say no. Codes 200-249."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class OrderAlreadyPaid(DomainError):
    """A second attempt is for an order of which nothing is authorized, captured or pending."""

    code = 200
    message = _("The order %(order)s is already paid or being paid. Use a new orderId for a new sale.")


class OrderOfAnotherMethod(DomainError):
    code = 201
    message = _("The order %(order)s is paid by another method. Use a new orderId for a sale by card.")


class InstallmentTooSmall(DomainError):
    code = 202
    message = _("Each installment is at least %(smallest)s. Choose fewer installments.")


class InstallmentsNotPossible(DomainError):
    code = 203
    message = _("Cards of %(brand)s pay at sight only.")


class AuthenticationRequired(DomainError):
    """3-D Secure is mandatory for debit cards online (API.md 6.6)."""

    code = 204
    message = _("A debit card needs its holder's authentication (3-D Secure) online. Charge it as credit.")


class OperationNotAllowed(DomainError):
    code = 210
    message = _("%(action)s is not possible on this operation now. Ask its actions for what is.")


class AmountNotAllowed(DomainError):
    code = 211
    message = _("%(action)s is possible from %(smallest)s to %(largest)s on this operation now.")


class MerchantTransactionIdUsed(DomainError):
    code = 212
    message = _("This merchantTransactionId already belongs to the operation %(operation)s.")


class ChargebackOpen(DomainError):
    code = 213
    message = _("The chargeback %(operation)s of this payment is still open.")


class SeveralCaptures(DomainError):
    """Which of them is meant, only the caller knows."""

    code = 214
    message = _("This transaction was captured in several parts. Refund each with POST /v1/operations/{id}/refunds.")


class UsageForCardsOnly(DomainError):
    code = 215
    message = _("A text for the cardholder's statement is possible for cards only.")


class CardNotUsable(DomainError):
    """Deleted, deactivated or expired."""

    code = 220
    message = _("This card can no longer be charged. Ask the customer for another one.")


class CardNotVerified(DomainError):
    code = 221
    message = _("The issuer did not confirm this card: %(reason)s")


class RecurrenceEnded(DomainError):
    code = 230
    message = _("This recurrence has ended: %(status)s.")


class ScheduleNotOpen(DomainError):
    code = 231
    message = _("Only a scheduled charge can be cancelled. This one is %(status)s.")


class DisputeClosed(DomainError):
    code = 240
    message = _("This dispute can no longer be answered: it is %(status)s.")


class DisputeDeadlinePassed(DomainError):
    code = 241
    message = _("The deadline of this dispute has passed. Its outcome will come by notice.")
