"""The list of endpoints and the page of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.lists.views import wants_fragment
from webhooks.details import WRITE, Shown, detail_of
from webhooks.queries import endpoint_of, endpoints_for
from webhooks.views.page import WebhookPage


class EndpointList(WebhookPage):
    """A client has at most twenty, so the list has no pages."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("url", "").strip()
        rows = endpoints_for(self.actor).order_by("-created_at", "-id")
        context = {
            "endpoints": [Shown(each) for each in (rows.filter(url__icontains=wanted) if wanted else rows)],
            "wanted": wanted,
            "may_write": self.actor.may(WRITE),
        }
        template = "webhooks/_results.html" if wants_fragment(request) else "webhooks/list.html"
        return render(request, template, context)


class EndpointDetail(WebhookPage):
    def get(self, request: HttpRequest, endpoint_id: str) -> HttpResponse:
        asked = request.GET
        number = asked.get("page", "")
        context = detail_of(
            self.actor,
            endpoint_of(self.actor, endpoint_id),
            state=asked.get("status", ""),
            page=int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 6 and int(number) else 1,
            opened=asked.get("delivery", ""),
        )
        template = "webhooks/_detail.html" if wants_fragment(request) else "webhooks/detail.html"
        return render(request, template, context)
