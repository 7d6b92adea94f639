"""Where a request comes from, and whether somebody waits for a new page or goes on with the one that is there."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def own_page(request: HttpRequest, address: str) -> str:
    """The address without its host; the start for another site's, and for what can only be sent a form."""
    page = without_host(address)
    is_own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    # Without its host, a path that begins with two slashes would name another one.
    stays = url_has_allowed_host_and_scheme(page, None)
    return page if is_own and stays and can_be_opened(page) else reverse("home")


def page_behind(request: HttpRequest) -> str:
    """The page that holds the form or the part which asks."""
    return own_page(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")


def names_one_thing(address: str) -> bool:
    """A charge, a webhook: not a list or an empty form, which every client has."""
    match = match_of(address)
    return match is None or bool(match.kwargs)


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


def is_in_the_background(request: HttpRequest) -> bool:
    """A part of the page asks: it refreshes, judges a field, or is changed by a button with a name of its own. Whoever
    sends a whole form expects something else than the page they have."""
    if not request.htmx:  # type: ignore[attr-defined]
        return False
    return request.method == "GET" or "check" in request.POST or "HX-Trigger-Name" in request.headers


def keep_page(request: HttpRequest, *, status: int, why: str, address: str, link: str) -> HttpResponse:
    """Leaves the page of an htmx request as it stands, with a notice that names what helps in another tab."""
    context = {"why": why, "address": address, "link": link}
    response = render(request, "core/_misfit.html", context, status=status)
    response["HX-Reswap"], response["HX-Push-Url"] = "none", "false"
    return response
