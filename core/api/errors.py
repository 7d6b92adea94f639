"""The one error body of the API, for every status and every way to fail."""

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core import clock
from core.api.formats import dumps
from core.errors import (
    BodyTooLarge,
    DomainError,
    InternalError,
    InvalidParameters,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    ScopeMissing,
    UnsupportedMediaType,
    Violation,
)

log = structlog.get_logger()
MOST_ERRORS = 100
OAUTH_PATH = "/v1/token"


def is_api(path: str) -> bool:
    return path == "/v1" or path.startswith(("/v1/", "/pix/"))


def error_body(error: DomainError, transaction_id: str | None) -> dict[str, Any]:
    errors = error.errors[:MOST_ERRORS]
    if len(error.errors) > MOST_ERRORS:
        errors.append(_("… and %(count)s more") % {"count": len(error.errors) - MOST_ERRORS})
    return {
        "errorCode": error.code,
        "message": str(error),
        "timestamp": clock.text(clock.now()),
        "xTransactionId": transaction_id,
        "errors": errors,
    }


def error_headers(error: DomainError) -> dict[str, str]:
    headers = {name: str(value) for name, value in error.details.items() if name in ("Allow", "Retry-After")}
    if isinstance(error, NotAuthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if isinstance(error, ScopeMissing):
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{error.details["scope"]}"'
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return headers


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error body outside DRF: unknown routes, refused hosts, crashes above the views."""
    body = dumps(error_body(error, getattr(request, "transaction_id_text", None)))
    return HttpResponse(body, status=error.status, content_type="application/json", headers=error_headers(error))


def oauth_response(error: str, description: str, *, status: int, **headers: str) -> HttpResponse:
    """The error body of the token call (RFC 6749 5.2), whose description is ASCII and so never translated."""
    body = dumps({"error": error, "error_description": description})
    headers = {**headers, "Cache-Control": "no-store"}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def unreadable(error: Exception) -> InvalidParameters:
    """What Django itself refuses to read, with the part of the request that it speaks of."""
    match error:
        case TooManyFieldsSent():
            most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
            return InvalidParameters(Violation("query", _("has more than %(most)s parameters") % {"most": most}))
        case DisallowedHost():
            return InvalidParameters(Violation("Host", _("is not the address of this API")))
        case _:
            return InvalidParameters(Violation("request", _("cannot be read")))


def as_domain_error(error: Exception) -> DomainError:
    match error:
        case DomainError():
            return error
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed()
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType()
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotAuthenticated()
        case Http404() | exceptions.NotFound():
            return NotFound()
        case RequestDataTooBig():
            return BodyTooLarge()
        case exceptions.ParseError() | exceptions.ValidationError() | SuspiciousOperation():
            return unreadable(error)
        case _:
            return InternalError()


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    request = context["request"]
    domain_error = as_domain_error(error)
    if isinstance(domain_error, InternalError):
        log.error("request failed", path=request.path, exc_info=error)
    set_rollback()
    body = error_body(domain_error, getattr(request, "transaction_id_text", None))
    return Response(body, status=domain_error.status, headers=error_headers(domain_error))
