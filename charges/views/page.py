"""What every page of charges is."""

from django.views.generic import View

from accounts.web import PortalRequest, RoleRequiredMixin


class ChargePage(RoleRequiredMixin, View):
    request: PortalRequest
