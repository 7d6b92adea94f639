"""What only the sandbox has: the page that lists what decides there, made of what each app registered."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View

from accounts.web import RoleRequiredMixin
from core.errors import NotFound
from core.web.errors import not_found
from core.web.test_data import Side, sections_on


class TestData(RoleRequiredMixin, View):
    """Open to everyone who works for a client. In production there is nothing here."""

    __test__ = False

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.SANDBOX:
            return not_found(request, NotFound())
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        shown = {side.value: [(section, section.context()) for section in sections_on(side)] for side in Side}
        return render(request, "astrapay_portal/test_data.html", shown)
