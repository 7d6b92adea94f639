"""What every page of webhooks is."""

from typing import ClassVar

from django.views.generic import View

from accounts.permissions import Fine, Module, fine, read
from accounts.web import PortalRequest, RoleRequiredMixin


class WebhookPage(RoleRequiredMixin, View):
    permission: ClassVar[str | None] = read(Module.WEBHOOK)
    request: PortalRequest


class WebhookWrite(WebhookPage):
    permission = fine(Module.WEBHOOK, Fine.WRITE)
