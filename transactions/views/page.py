"""What every page of cards, orders and contracts is."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import View

from accounts.permissions import Fine, Module, fine, read
from accounts.web import PortalRequest, RoleRequiredMixin
from core.errors import NotFound
from core.web.errors import not_found

SEES = read(Module.CREDIT_CARD)
WRITE = fine(Module.CREDIT_CARD, Fine.WRITE)
EXPORT = fine(Module.CREDIT_CARD, Fine.EXPORT)


class CardPage(RoleRequiredMixin, View):
    request: PortalRequest


class SandboxButton(CardPage):
    """In production there is nothing here."""

    http_method_names = ["post"]
    permission = WRITE

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.SANDBOX:
            return not_found(request, NotFound())
        return super().dispatch(request, *args, **kwargs)
