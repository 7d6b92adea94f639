"""What every page of charges is."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.permissions import Module, read
from accounts.web import PortalRequest, RoleRequiredMixin
from core.web.errors import WayBack


class ChargePage(RoleRequiredMixin, View):
    request: PortalRequest

    def way_back(self) -> WayBack | None:
        """To the charge that the page is about, for those who may read it."""
        txid = self.kwargs.get("txid")
        if not txid or not self.actor.may(read(Module.CHARGES)):
            return None
        return WayBack(reverse("charges:detail", args=[txid]), _("Back to the charge"))
