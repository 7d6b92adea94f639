"""The first page after sign-in: the way to everything that the person may use."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.web import PortalRequest, RoleRequiredMixin
from core.web.modules import entries_for


class Dashboard(RoleRequiredMixin, View):
    def get(self, request: PortalRequest) -> HttpResponse:
        entries = entries_for(self.actor.permissions | {"any"})
        cards = [(entry, entry.summary(self.actor) if entry.summary else entry.description) for entry in entries]
        return render(request, "astrapay_portal/dashboard.html", {"cards": cards})
