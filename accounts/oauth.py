"""POST /v1/token: client credentials, as RFC 6749 and API.md 2 say, on top of the OAuth toolkit."""

import base64
import binascii
import json
from typing import Any
from urllib.parse import unquote_plus

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import TokenView

from accounts.bearer import may_call_from
from accounts.models import Application
from accounts.permissions import SCOPES
from core import callers
from core.api import throttling
from core.api.errors import oauth_response
from core.api.formats import LARGEST_BODY, is_encoded, length_of_body

log = structlog.get_logger()
FORM = "application/x-www-form-urlencoded"
DESCRIPTIONS = {
    "invalid_request": "The request lacks a parameter, repeats one, or gives the credentials twice.",
    "invalid_client": "The client is unknown, its secret is wrong, or it was revoked.",
    "unauthorized_client": "This client may not use this grant, or not from this address.",
    "unsupported_grant_type": "Only grant_type=client_credentials is offered.",
    "invalid_scope": "The scope is empty, unknown, or not one that this credential holds.",
    "temporarily_unavailable": "Try again in a moment.",
}


class ApplicationScopes(BaseScopes):
    """What a credential may ask for is what it holds, and it gets all of it when it names nothing."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope: scope for scope in SCOPES}

    def get_available_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Write includes read, so a token may be asked for less than the credential names."""
        held = application.scopes if application else []
        return [*held, *(scope.replace(".write", ".read") for scope in held if scope.endswith(".write"))]

    def get_default_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return application.scopes if application else []


class CredentialValidator(OAuth2Validator):
    """Client credentials alone, from an address that the credential allows."""

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return (
            grant_type == "client_credentials"
            and may_call_from(callers.address_of(request.headers), client.allowed_addresses)
            and bool(super().validate_grant_type(client_id, grant_type, client, request, *args, **kwargs))
        )

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Each scope once in the token and in the answer, however often it was asked."""
        request.scopes = list(dict.fromkeys(scopes))
        return bool(super().validate_scopes(client_id, request.scopes, client, request, *args, **kwargs))


def oauth_error(error: str, *, status: int = 400, description: str = "", **headers: str) -> HttpResponse:
    if error == "invalid_client":
        headers["WWW-Authenticate"] = 'Basic realm="AstraPay", charset="UTF-8"'
    return oauth_response(error, description or DESCRIPTIONS[error], status=status, **headers)


@method_decorator(csrf_exempt, name="dispatch")
class Token(TokenView):
    """The toolkit's token view between our checks of the form before it and of the error's form after it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return (
                self.refusal(request)
                or self.throttled(request)
                or in_our_words(super().dispatch(request, *args, **kwargs))
            )
        except (BadRequest, SuspiciousOperation):
            return oauth_error("invalid_request")
        except Exception:
            log.exception("token request failed")
            return oauth_error("temporarily_unavailable", status=500)

    @method_decorator(sensitive_post_parameters("client_secret"))
    def authorization_flow_token_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The toolkit's own reads the new token again, for a signal that nobody here listens to."""
        _url, headers, body, status = self.create_token_response(request)
        return HttpResponse(body, status=status, headers=headers)

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        """What the toolkit would let pass or answer in another form."""
        if request.method != "POST":
            return oauth_error("invalid_request", status=405, description="Use POST.", Allow="POST")
        if length_of_body(request.META) > LARGEST_BODY:
            return oauth_error("invalid_request", status=413, description="The form is too large.")
        if length_of_body(request.META) and request.content_type != FORM:
            return oauth_error("invalid_request", status=415, description=f"Send the form as {FORM}.")
        if is_encoded(request.META):
            return oauth_error("invalid_request", status=415, description="Send the form without Content-Encoding.")
        basic = basic_credentials(request)
        if basic is None:
            return oauth_error("invalid_client", status=401)
        request.POST = without_empty(request.POST)  # type: ignore[assignment]
        if not well_formed(request.POST) or says_who_twice(basic, request.POST):
            return oauth_error("invalid_request")
        grant = request.POST.get("grant_type")
        if not grant:
            return oauth_error("invalid_request", description="grant_type is missing.")
        if grant != "client_credentials":
            return oauth_error("unsupported_grant_type")
        if request.POST.get("scope", "x").strip() == "":
            return oauth_error("invalid_scope")
        return None

    def throttled(self, request: HttpRequest) -> HttpResponse | None:
        address = callers.address_of(request.META)
        client_id = (basic_credentials(request) or ("", ""))[0] or request.POST.get("client_id", "")
        for key, limit in (
            (f"token:{address}", settings.TOKEN_REQUESTS_PER_MINUTE_BY_ADDRESS),
            (f"token:{client_id[:255]}:{address}", settings.TOKEN_REQUESTS_PER_MINUTE_BY_CREDENTIAL),
        ):
            allowance = throttling.take(key, per_minute=limit)
            request.allowance = allowance  # type: ignore[attr-defined]
            if allowance and not allowance.allowed:
                headers = {"Retry-After": str(allowance.retry_after)}
                return oauth_error("temporarily_unavailable", status=429, **headers)
        return None


def in_our_words(response: HttpResponseBase) -> HttpResponseBase:
    """The toolkit says most refusals without a description, and asks for Bearer where Basic is meant."""
    if response.status_code < 400 or not isinstance(response, HttpResponse):
        return response
    error = json.loads(response.content)["error"]
    return oauth_error(error, status=401 if error == "invalid_client" else 400)


def without_empty(form: QueryDict) -> QueryDict:
    """A parameter without a value is one that was left out (RFC 6749 3.2)."""
    filled = QueryDict(mutable=True)
    for name, values in form.lists():
        if values != [""]:
            filled.setlist(name, values)
    return filled


def well_formed(form: QueryDict) -> bool:
    """Each known parameter once, and no NUL, which the database would refuse."""
    known = ("grant_type", "client_id", "client_secret", "scope")
    return all(len(form.getlist(name)) <= 1 for name in known) and not any(
        "\x00" in form.get(name, "") for name in known
    )


def says_who_twice(basic: tuple[str, str], form: QueryDict) -> bool:
    """Basic and the body together. The same client_id again is harmless, and some libraries send it."""
    return any(basic) and ("client_secret" in form or form.get("client_id", basic[0]) != basic[0])


def basic_credentials(request: HttpRequest) -> tuple[str, str] | None:
    """(id, secret) of HTTP Basic, two empty texts when there is none, None when it cannot be read."""
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return "", ""
    try:
        said = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    client_id, colon, secret = (unquote_plus(part) for part in said.partition(":"))
    if scheme.lower() != "basic" or not colon or "\x00" in client_id + secret:
        return None
    # The toolkit knows the scheme in one spelling alone.
    request.META["HTTP_AUTHORIZATION"] = f"Basic {encoded.strip()}"
    return client_id, secret
