"""How asking the outside can end other than well. Codes 37-39 and, from gateways to callers, plain exceptions."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class GatewayNotConfigured(DomainError):
    """Nothing is accepted that cannot be executed (API.md 3)."""

    code, status = 37, 503
    message = _("Payments are not switched on here yet. Tell support.")


class GatewayBusy(DomainError):
    code, status = 38, 503
    message = _("The Pix network answers slowly at the moment. Try again with the same x-transaction-id.")


class OutcomeUnknown(Exception):
    """The call may or may not have arrived. It is looked up, never guessed and never sent again blindly."""


class GatewayRefused(Exception):
    """The gateway said no, and says why in `reason`, a text for operators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AlreadyPaid(GatewayRefused):
    """It cannot be changed or cancelled because it was paid; the notice is on its way or already stored."""
