"""What the stream of an open page may hear: the modules that its person may see in the client chosen."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from accounts import queries
from accounts.models import User
from accounts.permissions import Module, read
from core.asgi import Scope
from core.live import access_of_session, access_of_user, changes_in

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


def authorize(scope: Scope) -> frozenset[str] | None:
    """The channels of the request's session; None for who may hear nothing."""
    key = session_key(scope)
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if key is None or not isinstance(user, User):
        return None
    membership = queries.chosen_of(user, list(queries.memberships_of(user)))
    if membership is None:
        return None
    permissions = membership.permissions()
    readable = {changes_in(membership.client_id, module) for module in Module if read(module) in permissions}
    return frozenset(readable | {access_of_user(user.pk), access_of_session(key)})


def session_key(scope: Scope) -> str | None:
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
