"""What `accounts` offers the pages of every app: who is asking, for which client, and whether the page may act."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views import View

from accounts import queries
from accounts.misfits import answer_misfit, misfit_of
from accounts.models import Client, Membership, User
from core.actor import Actor
from core.api.errors import is_api
from core.audit import name_actor
from core.errors import DomainError, NotFound, PermissionMissing
from core.web.errors import WayBack, answer
from core.web.modules import navigation_for
from core.web.pages import is_in_the_background, keep_page, page_behind

GetResponse = Callable[[HttpRequest], HttpResponse]


class PortalRequest(HttpRequest):
    """A request of a signed-in person who works for a client."""

    user: User
    actor: Actor
    client: Client
    membership: Membership
    memberships: list[Membership]
    htmx: Any


class UserLocaleMiddleware:
    """The language of a page: the person's own, or the one chosen before sign-in; Portuguese otherwise. The API
    follows Accept-Language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def language_of(self, request: HttpRequest) -> str:
        if is_api(request.path_info):
            return translation.get_language_from_request(request)
        chosen = request.COOKIES.get("astrapay_language", "")
        return chosen if chosen in ("pt-br", "en") else "pt-br"


class ClientMiddleware:
    """Finds the client that the person works for, and refuses a page that was made for another one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            self.find_client(request, request.user)
            if error := misfit_of(request):
                return answer_misfit(request, error)
        zone = getattr(request, "actor", None)
        with timezone.override(zone.zone if zone else None):
            return self.get_response(request)

    def find_client(self, request: HttpRequest, user: User) -> None:
        memberships = list(queries.memberships_of(user))
        chosen = queries.chosen_of(user, memberships)
        request.memberships = memberships  # type: ignore[attr-defined]
        request.membership = chosen  # type: ignore[attr-defined]
        request.client = chosen.client if chosen else None  # type: ignore[attr-defined]
        if chosen:
            chosen.user = user
            request.actor = queries.person(chosen, request_id=request.request_id)  # type: ignore[attr-defined]
            name_actor(request.actor)  # type: ignore[attr-defined]


def lead_to_sign_in(request: HttpRequest) -> HttpResponse:
    """And from there back to the page that the person had. A page that only asked for a part of itself stays."""
    if is_in_the_background(request):
        why = _("Your session has ended. Sign in again in another tab, then go on here.")
        return keep_page(request, status=401, why=why, address=reverse("account_login"), link=_("Sign in"))
    if request.method == "POST":
        messages.error(request, _("Your session has ended and nothing was sent. Sign in and do it once more."))
        return redirect_to_login(page_behind(request), reverse("account_login"))
    if had_session(request):
        messages.warning(request, _("Your session has ended. Sign in to go on."))
    return redirect_to_login(request.get_full_path(), reverse("account_login"))


def had_session(request: HttpRequest) -> bool:
    return bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME)) and request.session.is_empty()


class SignInRequiredMixin(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return lead_to_sign_in(request)
        return super().dispatch(request, *args, **kwargs)


class RoleRequiredMixin(SignInRequiredMixin):
    """A page of the portal: signed in, a client chosen, the permission held. Domain errors become error pages."""

    permission: ClassVar[str | None] = None
    request: PortalRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return lead_to_sign_in(request)
        if getattr(request, "actor", None) is None:
            return redirect("customer-selector")
        try:
            if self.permission and not self.actor.may(self.permission):
                raise PermissionMissing
            return super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            back = None if isinstance(error, NotFound) else self.way_back()
            return answer(request, error, title=str(error), back=back)

    def way_back(self) -> WayBack | None:
        """Where an error page leads besides the start."""
        return None

    @property
    def actor(self) -> Actor:
        return self.request.actor


def frame(request: HttpRequest) -> dict[str, Any]:
    """The client switcher and the navigation."""
    memberships = getattr(request, "memberships", None)
    if memberships is None:
        return {}
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"memberships": memberships}
    return {
        "client": request.client,  # type: ignore[attr-defined]
        "memberships": memberships,
        "navigation": navigation_for(actor.permissions | {"any"}, request.path),
        "actor": actor,
    }
