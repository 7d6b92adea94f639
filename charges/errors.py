"""Rules of charges and refunds that can say no. Codes 100-109 and 120-139; 110-119 belong to BR Code."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ReceivingKeyMissing(DomainError):
    code = 100
    message = _("Your company has no receiving Pix key yet. Ask an administrator to set one.")


class ChargeAboveLimit(DomainError):
    code = 101
    field = "amount"
    message = _("The amount is above your company's limit of %(limit)s for one charge.")


class ChargeRefused(DomainError):
    code = 102
    message = _("The Pix network refused this charge: %(reason)s")


class ChargeNotOpen(DomainError):
    code = 103
    message = _("Only an active charge that has not expired can be changed or deleted. This one is %(status)s.")


class ChargeAlreadyPaid(DomainError):
    code = 104
    message = _("This charge was paid in the meantime, so it can no longer be changed or deleted.")


class EndAlreadyPassed(DomainError):
    code = 105
    message = _("The new end would lie in the past. The expiration counts from the creation of the charge.")


class DebtorDocumentMissing(DomainError):
    """A change would leave `validateDebtor` without a document."""

    code = 106
    message = _("A charge that only its debtor may pay needs the debtor's CPF or CNPJ.")


class ChargeGone(DomainError):
    """What the payer's bank is told once the charge can no longer be paid."""

    code, status = 107, 410
    message = _("This charge can no longer be paid.")


class ChargeChangedMeanwhile(DomainError):
    code = 108
    message = _("Somebody else has changed this charge since you opened the form. Look at it again before you save.")


class ChargeNotPaid(DomainError):
    code = 120
    message = _("Nothing has been paid on this charge, so there is nothing to refund.")


class RefundExceedsRemaining(DomainError):
    code = 121
    field = "amount"
    message = _("Only %(remaining)s of this Pix can still be refunded.")


class NothingLeftToRefund(RefundExceedsRemaining):
    message = _("Nothing of this Pix is left to be refunded.")


class RefundWindowClosed(DomainError):
    code = 122
    message = _("A Pix can be refunded for 90 days. This one could be until %(until)s.")


class MerchantRefundIdUsed(DomainError):
    code = 123
    message = _("This merchantRefundId already belongs to the refund %(refund)s.")


class PixNotOfThisCharge(DomainError):
    code = 124
    message = _("No Pix with this endToEndId was received for this charge.")
