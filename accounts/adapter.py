"""How the sign-in of allauth differs here: nobody signs up alone, and a person's language and theme come along."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.cookies import remember_preferences
from accounts.models import User
from core import live


class PortalAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "too_many_login_attempts": _(
            "Too many wrong passwords. For safety the sign-in is locked for up to 30 minutes; you may also reset the "
            "password now."
        ),
        "rate_limited": _("Too many requests. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        remember_preferences(response, user)
        return response

    def logout(self, request: HttpRequest) -> None:
        key = request.session.session_key
        super().logout(request)
        if key:
            live.disconnect_session(key)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        live.disconnect_user(user.pk)
