"""Pages that were made for another person or another client than the request they send. They change nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import ClientChanged, PersonChanged
from accounts.models import Client
from core.web.pages import is_in_the_background, keep_page, names_one_thing, page_behind


def misfit_of(request: HttpRequest) -> ClientChanged | None:
    """Pages send the person and the client they were made for with every form and every htmx request. In the
    administration these are fields like any other, and the selector is what mends a misfit."""
    if request.path_info.startswith(("/admin/", reverse("customer-selector"))):
        return None
    client = request.client  # type: ignore[attr-defined]
    if said(request, "person") not in ("", str(request.user.pk)):
        return PersonChanged()
    if said(request, "client") not in ("", client.public_id if client else ""):
        return ClientChanged()
    return None


def said(request: HttpRequest, name: str) -> str:
    return request.headers.get(f"X-{name}") or (request.POST.get(name, "") if request.method == "POST" else "")


def answer_misfit(request: HttpRequest, error: ClientChanged) -> HttpResponse:
    """A page that only asked for a part of itself stays; where a form was sent, the whole page becomes the refusal. A
    reload with a message would not do: whichever tab loads first shows it."""
    made_for = None if isinstance(error, PersonChanged) else client_of_page(request)
    if is_in_the_background(request):
        return keep_with_names(request, error, made_for)
    page = page_behind(request)
    context = {
        "status": error.status,
        "title": str(error),
        "advice": named(request, made_for),
        "request_id": request.request_id,  # type: ignore[attr-defined]
        "made_for": made_for,
        "page": page,
        "fits_every_client": made_for and not names_one_thing(page),
    }
    response = render(request, "accounts/misfit.html", context, status=error.status)
    response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


def keep_with_names(request: HttpRequest, error: ClientChanged, made_for: Client | None) -> HttpResponse:
    if isinstance(error, PersonChanged):
        address, link = reverse("home"), _("To the start")
    else:
        address, link = reverse("customer-selector"), _("Switch client")
    names, advice = named(request, made_for), _("Switch back in another tab, then go on here.")
    why = f"{names} {advice}" if names else str(error)
    return keep_page(request, status=error.status, why=why, address=address, link=link)


def client_of_page(request: HttpRequest) -> Client | None:
    """Only one that the person represents is named."""
    memberships = request.memberships  # type: ignore[attr-defined]
    wanted = said(request, "client")
    return next((each.client for each in memberships if each.client.public_id == wanted), None)


def named(request: HttpRequest, made_for: Client | None) -> str:
    client = request.client  # type: ignore[attr-defined]
    if not made_for or not client:
        return ""
    names = {"page": made_for.trade_name, "now": client.trade_name}
    return _("This page was made for %(page)s, and you work for %(now)s now.") % names
