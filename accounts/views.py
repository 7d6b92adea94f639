"""The client selector and the preferences of a person."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View
from django_htmx.http import trigger_client_event

from accounts.actions import preferences
from accounts.cookies import LANGUAGE_COOKIE, remember
from accounts.models import User
from accounts.permissions import Module
from accounts.web import PortalRequest, SignInRequiredMixin
from core.errors import NotFound
from core.web.context import THEME_COOKIE, THEMES
from core.web.errors import answer
from core.web.pages import own_page


def way_back(request: HttpRequest) -> str:
    """The page that the person came from, never one of another site."""
    return own_page(request, request.POST.get("next") or request.GET.get("next") or "")


class ClientSelector(SignInRequiredMixin):
    """A modal that must be answered while no client is chosen; later the way to switch."""

    request: PortalRequest

    def get(self, request: PortalRequest) -> HttpResponse:
        if not request.memberships:
            return render(request, "accounts/no_client.html")
        template = "accounts/_selector.html" if request.htmx else "accounts/selector.html"
        return render(request, template, {"next": way_back(request), **self.choices(request)})

    def post(self, request: PortalRequest) -> HttpResponse:
        try:
            preferences.choose_client(user=request.user, public_id=request.POST.get("choice", ""))
        except NotFound as error:
            return answer(request, error, title=str(error))
        return redirect(way_back(request))

    def choices(self, request: PortalRequest) -> dict[str, Any]:
        return {
            "selected": request.membership or request.memberships[0],
            "must_choose": request.membership is None,
            "module_count": len(Module),
        }


class ChooseLanguage(View):
    """Open to everybody: the language comes before the sign-in."""

    def post(self, request: HttpRequest) -> HttpResponse:
        language = request.POST.get("language")
        response = redirect(way_back(request))
        if language in dict(settings.LANGUAGES):
            if isinstance(request.user, User):
                preferences.choose_language(user=request.user, language=language)
            remember(response, LANGUAGE_COOKIE, language)
        return response


class ChooseTheme(View):
    """A page with htmx changes at once, without loading again."""

    def post(self, request: PortalRequest) -> HttpResponse:
        theme = request.POST.get("theme")
        response = HttpResponse(status=204) if request.htmx else redirect(way_back(request))
        if theme in THEMES:
            if isinstance(request.user, User):
                preferences.choose_theme(user=request.user, theme=theme)
            remember(response, THEME_COOKIE, theme)
            trigger_client_event(response, "theme:changed", {"theme": theme})
        return response
