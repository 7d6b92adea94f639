"""Language and theme travel in cookies, so that they hold before sign-in and where no database is asked. What a
person has chosen for good is written into them at sign-in."""

from datetime import timedelta

from django.conf import settings
from django.http.response import HttpResponseBase

from accounts.models import User
from core.web.context import THEME_COOKIE

LANGUAGE_COOKIE = "astrapay_language"
KEPT_FOR = timedelta(days=365)


def remember(response: HttpResponseBase, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie,
        value,
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def remember_preferences(response: HttpResponseBase, user: User) -> None:
    for cookie, value in ((LANGUAGE_COOKIE, user.language), (THEME_COOKIE, user.theme)):
        if value:
            remember(response, cookie, value)
