"""The plain view that the API's list is compared with: the same rows by `.values()` and orjson, and nothing else.

It is served as Django serves a view: found by its URL, behind the middleware of `startproject`, called by the same test
client with the same headers. Its bare function, which nobody can call over HTTP, is measured too.
"""

from collections.abc import Callable

import orjson
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import override_settings
from django.urls import path

from charges.api.shown import CHARGE_COLUMNS
from charges.models import Charge


def charges(request: HttpRequest, client_id: int) -> HttpResponse:
    rows = Charge.objects.filter(client_id=client_id).order_by("-created_at", "-id").values(*CHARGE_COLUMNS)[:20]
    return HttpResponse(orjson.dumps(list(rows), default=str), content_type="application/json")


urlpatterns = [path("charges/<int:client_id>", charges)]


class OwnUrls:
    """Lets this module's URLs be found beside those of the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return self.get_response(request)


MIDDLEWARE = [
    f"{__name__}.OwnUrls",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def browser() -> Browser:
    made = Browser()
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        made.get("/")  # the first call loads the middleware
    return made
