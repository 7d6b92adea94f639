"""What every request passes: its log line, its history context, its policy headers."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.contrib.messages import get_messages
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.utils.cache import patch_vary_headers

from core.api.errors import is_api
from core.api.fields import as_uuid
from core.audit import history
from core.logs import without_keys
from core.web.errors import not_allowed

log = structlog.get_logger()
GetResponse = Callable[[HttpRequest], HttpResponse]
QUIET = ("/static/", "/healthz")


class RequestLog:
    """Gives the request its id, opens the history context that actions complete, and writes one log line.

    Both hold the path without its query string, which may carry a document, and without a key that would open it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        said = request.headers.get("x-transaction-id", "")
        request.transaction_id = as_uuid(said)  # type: ignore[attr-defined]
        request.transaction_id_text = said if request.transaction_id else None  # type: ignore[attr-defined]
        request.request_id = request.transaction_id or uuid.uuid4()  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=str(request.request_id))  # type: ignore[attr-defined]
        action = f"{request.method} {without_keys(request.path_info)}"
        with history(action=action):
            response = self.get_response(request)
        self.complete(request, response)
        if not request.path_info.startswith(QUIET):
            spent = round((time.perf_counter() - began) * 1000, 1)
            log.info(action, status=response.status_code, ms=spent)
        return response

    def complete(self, request: HttpRequest, response: HttpResponse) -> None:
        if not is_api(request.path_info):
            return
        response["Cache-Control"] = "no-store"
        text = request.transaction_id_text  # type: ignore[attr-defined]
        if text:
            response["x-transaction-id"] = text
        if allowance := getattr(request, "allowance", None):
            for name, value in allowance.headers().items():
                response[name] = value


class ApiShortCut:
    """Takes a request of the API straight to its view, since the middleware that follows is about pages: sessions,
    forms, messages, fragments. A view of the API has none of them and would pay for them in each call."""

    def __init__(self, get_response: GetResponse) -> None:
        self.pages = get_response
        self.resolve = BaseHandler().resolve_request

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request.path_info):
            return self.pages(request)
        view, args, kwargs = self.resolve(request)
        response = view(request, *args, **kwargs)
        return response.render() if isinstance(response, SimpleTemplateResponse) else response


class PathCSPMiddleware(CSPMiddleware):
    """The strict policy everywhere; the staff's admin kit alone needs eval and inline styles."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> Any:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/"):
            relaxed = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
            parts.replace = {**(parts.replace or {}), **relaxed}
        return parts


class HtmxConventions:
    """A page and its fragment share an address: caches must tell them apart. A redirect to the sign-in page becomes
    a redirect of the whole window. Messages ride along with fragments as toasts."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        if not request.htmx:  # type: ignore[attr-defined]
            return response
        if response.status_code in (301, 302, 303):
            location = response["Location"]
            response = HttpResponse(headers={"HX-Redirect": location})
        elif is_fragment(response) and (toasts := list(get_messages(request))):
            html = render_to_string("core/_toasts.html", {"toasts": toasts, "out_of_band": True}, request)
            response.content = response.content + html.encode()
        return response


class OwnErrorPages:
    """Django refuses a method with an empty answer, of which a browser makes an error page of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405:
            return response
        page = not_allowed(request)
        page["Allow"] = response["Allow"]
        return page


def is_fragment(response: HttpResponse) -> bool:
    """A page that is about to be reloaded keeps its messages for what comes instead."""
    return (
        "HX-Refresh" not in response
        and not response.streaming
        and response.headers.get("Content-Type", "").startswith("text/html")
    )
