"""POST /v1/token: client credentials, as RFC 6749 and API.md 2 say, on top of the OAuth toolkit."""

import base64
import binascii
import json
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import TokenView

from accounts.models import Application
from accounts.permissions import SCOPES
from core.api import throttling

log = structlog.get_logger()
FORM = "application/x-www-form-urlencoded"
DESCRIPTIONS = {
    "invalid_request": "The request lacks a parameter, repeats one, or gives the credentials twice.",
    "invalid_client": "The client is unknown, its secret is wrong, or it was revoked.",
    "unauthorized_client": "This client may not use this grant.",
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
        return application.scopes if application else []

    def get_default_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return application.scopes if application else []


class CredentialValidator(OAuth2Validator):
    """Client credentials alone."""

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Application, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type == "client_credentials" and bool(
            super().validate_grant_type(client_id, grant_type, client, request, *args, **kwargs)
        )


def oauth_error(error: str, *, status: int = 400, description: str = "", **headers: str) -> HttpResponse:
    body = {"error": error, "error_description": description or DESCRIPTIONS[error]}
    if error == "invalid_client":
        headers["WWW-Authenticate"] = 'Basic realm="AstraPay", charset="UTF-8"'
    return JsonResponse(body, status=status, headers={**headers, "Cache-Control": "no-store"})


@method_decorator(csrf_exempt, name="dispatch")
class Token(TokenView):
    """The toolkit's token view between our checks of the form before it and of the error's form after it."""

    anonymous = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = self.refusal(request) or self.throttled(request) or super().dispatch(request, *args, **kwargs)
        except Exception:
            log.exception("token request failed")
            response = oauth_error("temporarily_unavailable", status=500)
        return self.completed(response)

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        """What the toolkit would let pass or answer in another form."""
        if request.method != "POST":
            return oauth_error("invalid_request", status=405, Allow="POST")
        if (request.content_type or "").lower() != FORM:
            return oauth_error("invalid_request", status=415, description=f"Send the form as {FORM}.")
        basic = basic_credentials(request)
        if not well_formed(request.POST) or basic is None or (any(basic) and "client_secret" in request.POST):
            return oauth_error("invalid_request")
        grant = request.POST.get("grant_type")
        if not grant:
            return oauth_error("invalid_request", description="grant_type is missing.")
        if grant != "client_credentials":
            return oauth_error("unsupported_grant_type")
        if request.POST.get("scope") == "":
            return oauth_error("invalid_scope")
        return None

    def throttled(self, request: HttpRequest) -> HttpResponse | None:
        address = str(request.META.get("REMOTE_ADDR"))
        client_id = (basic_credentials(request) or ("", ""))[0] or request.POST.get("client_id", "")
        for key, limit in (
            (f"token:{client_id[:255]}:{address}", settings.TOKEN_REQUESTS_PER_MINUTE_BY_CREDENTIAL),
            (f"token:{address}", settings.TOKEN_REQUESTS_PER_MINUTE_BY_ADDRESS),
        ):
            allowance = throttling.take(key, per_minute=limit)
            if allowance and not allowance.allowed:
                headers = {"Retry-After": str(allowance.retry_after)}
                return oauth_error("temporarily_unavailable", status=429, **headers)
        return None

    def completed(self, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code < 400 or not isinstance(response, HttpResponse):
            return response
        said = json.loads(response.content)
        if "error_description" not in said or "WWW-Authenticate" in response:
            return oauth_error(
                said["error"], status=response.status_code, description=said.get("error_description", "")
            )
        return response


def well_formed(form: QueryDict) -> bool:
    """Each known parameter once, and no NUL, which the database would refuse."""
    known = ("grant_type", "client_id", "client_secret", "scope")
    return all(len(form.getlist(name)) <= 1 for name in known) and not any(
        "\x00" in value for name in known for value in form.getlist(name)
    )


def basic_credentials(request: HttpRequest) -> tuple[str, str] | None:
    """(id, secret) of HTTP Basic, two empty texts when there is none, None when it cannot be read."""
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return "", ""
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if scheme.lower() != "basic" or not colon or "\x00" in client_id + secret:
        return None
    # The toolkit knows the scheme in one spelling alone.
    request.META["HTTP_AUTHORIZATION"] = f"Basic {encoded.strip()}"
    return client_id, secret
