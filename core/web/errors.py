"""Error pages: the API's body below /v1, a page that says what to do next everywhere else."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.api.errors import error_response, is_api, unreadable
from core.errors import DomainError, InternalError, NotFound, PermissionMissing


class WayBack(NamedTuple):
    """Where somebody goes on after an error, and what that is called."""

    address: str
    words: str


def error_page(
    request: HttpRequest, *, status: int, title: str, advice: str, whole: bool = False, back: WayBack | None = None
) -> HttpResponse:
    """A fragment for htmx, unless the `whole` page is to be replaced."""
    whole = whole or not getattr(request, "htmx", False)
    request_id = getattr(request, "request_id", "")
    said = {"status": status, "title": title, "advice": advice, "request_id": request_id, "back": back, "whole": whole}
    return render(request, "core/error.html" if whole else "core/_error.html", said, status=status)


def answer(request: HttpRequest, error: DomainError, *, title: str, back: WayBack | None = None) -> HttpResponse:
    if is_api(request.path_info):
        return error_response(request, error)
    return error_page(request, status=error.status, title=title, advice=str(error), back=back)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, unreadable(exception), title=_("We could not read this request"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, PermissionMissing(), title=_("You may not open this"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound(), title=_("Page not found"))


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, InternalError(), title=_("Something failed on our side"))


def not_allowed(request: HttpRequest) -> HttpResponse:
    return error_page(
        request,
        status=405,
        title=_("This address cannot be opened by itself"),
        advice=_("It only takes what a form of the portal sends. Open the page with the form. Nothing was changed."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        status=403,
        title=_("This page is too old to be sent"),
        advice=_("Go back, reload the page and send the form again. Nothing was changed."),
    )
