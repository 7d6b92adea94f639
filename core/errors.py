"""Named errors and their one registry. A domain error says which rule was broken; each door gives it its form.

Codes: 1 internal, 10-13 the request's key, 20-29 who asks, 30-37 the request as such, then a block for each product.
"""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REGISTRY: dict[int, type["DomainError"]] = {}

type_message = str | Promise


class DomainError(Exception):
    """A rule said no. `errors` are sentences that begin with the path of the field they speak of. A subclass that
    names no code of its own is a case of its parent."""

    code: ClassVar[int]
    status: ClassVar[int] = 422
    message: ClassVar[type_message]
    field: ClassVar[str] = ""  # of the request, where the rule speaks of one
    retry_after: ClassVar[int | None] = None  # seconds, where the same call has a chance soon

    def __init__(self, *errors: "str | Violation", **details: object) -> None:
        self.details = details
        if self.field and not errors:
            errors = (Violation(self.field, str(self)),)
        super().__init__(*errors)
        self.errors = [str(error) for error in errors]
        self.violations = [error for error in errors if isinstance(error, Violation)]

    def __init_subclass__(cls) -> None:
        if "code" in cls.__dict__ and REGISTRY.setdefault(cls.code, cls) is not cls:
            raise TypeError(f"error code {cls.code} belongs to {REGISTRY[cls.code].__name__}")

    def __str__(self) -> str:
        return str(self.message) % self.details if self.details else str(self.message)


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of one field, in the caller's language."""

    path: str
    sentence: type_message

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else str(self.sentence)


class InternalError(DomainError):
    code, status = 1, 500
    message = _("Something failed on our side. Nothing more is known to you: tell support the xTransactionId.")


class TransactionIdMissing(DomainError):
    code, status = 10, 400
    message = _("The header x-transaction-id is missing. Send a new UUID for each intent and reuse it when you retry.")


class TransactionIdMalformed(DomainError):
    code, status = 11, 400
    message = _("The header x-transaction-id is not a UUID in the form 8-4-4-4-12.")


class KeyReused(DomainError):
    code = 12
    message = _("This x-transaction-id was already used with another body. Send a new one for a new intent.")


class StillRunning(DomainError):
    code, status = 13, 409
    retry_after = 1
    message = _("The first request with this x-transaction-id is still running. Ask again in a second.")


class NotAuthenticated(DomainError):
    code, status = 20, 401
    message = _("The access token is missing, unknown, expired or revoked. Ask POST /v1/token for a new one.")


class ScopeMissing(DomainError):
    code, status = 21, 403
    message = _("The access token does not hold the scope %(scope)s.")


class PermissionMissing(DomainError):
    code, status = 22, 403
    message = _("Your role does not include this. Ask an administrator of your company.")


class AddressNotAllowed(DomainError):
    code, status = 23, 403
    message = _("This credential may not be used from your address.")


class NotFound(DomainError):
    code, status = 30, 404
    message = _("There is nothing here. Check the address and the id.")


class MethodNotAllowed(DomainError):
    code, status = 31, 405
    message = _("This address does not answer that method. The Allow header names those it does.")


class BodyTooLarge(DomainError):
    code, status = 32, 413
    message = _("The request body is too large.")


class UnsupportedMediaType(DomainError):
    code, status = 33, 415
    message = _("Send the body as application/json in UTF-8.")


class TooManyRequests(DomainError):
    code, status = 34, 429
    message = _("Too many requests. Wait for the seconds in the Retry-After header.")


class Unavailable(DomainError):
    code, status = 35, 503
    message = _("This part is not available at the moment. Try again with the same x-transaction-id.")


class InvalidParameters(DomainError):
    code, status = 36, 400
    message = _("Some parameters are not valid.")


class BodyTooSlow(DomainError):
    code, status = 37, 408
    message = _("The request body did not arrive in time. Send it again.")


class TooManyRows(DomainError):
    """A list that is too long for a file."""

    code = 38
    message = _("A file holds at most %(most)s rows and this list has more. Choose a shorter period or add a filter.")
