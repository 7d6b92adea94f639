"""The pages of this site that a request may lead back to."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def own_page(request: HttpRequest, address: str) -> str:
    """The address without its host; the start for another site's, and for what can only be sent a form."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return without_host(address) if safe and can_be_opened(address) else reverse("home")


def page_behind(request: HttpRequest) -> str:
    """The page that holds the form or the part which asks."""
    return own_page(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")


def without_host(address: str) -> str:
    return urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()


def can_be_opened(address: str) -> bool:
    match = match_of(address)
    view = getattr(match.func, "view_class", None) if match else None
    return view is None or (hasattr(view, "get") and "get" in view.http_method_names)


def match_of(address: str) -> ResolverMatch | None:
    try:
        return resolve(urlsplit(address).path)
    except Resolver404:
        return None
