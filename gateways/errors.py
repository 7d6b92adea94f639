"""How asking the outside can end other than well."""

from django.utils.translation import gettext_lazy as _

from core.errors import Unavailable


class GatewayNotConfigured(Unavailable):
    """Nothing is accepted that cannot be executed (API.md 3)."""

    message = _("Payments are not switched on here yet. Tell support.")


class GatewayBusy(Unavailable):
    """Half of the process's threads wait for a gateway already; the others stay free for the portal."""

    retry_after = 1
    message = _("The payment network answers slowly at the moment. Try again with the same x-transaction-id.")


class OutcomeUnknown(Exception):
    """The call may or may not have arrived. It is looked up, never guessed and never sent again blindly."""


class GatewayRefused(Exception):
    """The gateway said no, and says why in `reason`, a text for operators."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AlreadyCancelled(GatewayRefused):
    """It was cancelled by somebody else at the same time."""


class AlreadyPaid(GatewayRefused):
    """It cannot be changed or cancelled because it was paid; the notice is on its way or already stored."""
