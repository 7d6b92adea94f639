"""The OpenAPI document, made from what each endpoint says of itself; what all calls share is written once, here."""

import re
from http import HTTPStatus
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from drf_spectacular.openapi import AutoSchema

from core.api.fields import Nothing, StrictSerializer
from core.api.operations import Operation, Shape
from core.api.shapes import ErrorShown
from core.errors import (
    AddressNotAllowed,
    BodyTooLarge,
    DomainError,
    InternalError,
    InvalidParameters,
    KeyReused,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    ScopeMissing,
    StillRunning,
    TooManyRequests,
    TransactionIdMalformed,
    TransactionIdMissing,
    UnsupportedMediaType,
)

SECURITY = "oauth2"
EXAMPLE_ID = "b6c0f5c4-9d5c-4a61-8d5e-2a1f0f8f7b11"
UUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
ON_EVERY_CALL = (
    TransactionIdMissing,
    TransactionIdMalformed,
    InvalidParameters,
    NotAuthenticated,
    AddressNotAllowed,
    ScopeMissing,
    MethodNotAllowed,
    TooManyRequests,
    InternalError,
)
WITH_BODY = (BodyTooLarge, UnsupportedMediaType)
NAMES_AN_OBJECT = {"txid", "endToEndId"}
WITH_KEY = (StillRunning, KeyReused)
TAGS = {
    "token": _("Authentication"),
    "dynamic": _("Pix charges"),
    "refunds": pgettext_lazy("tag", "Refunds"),
    "cob-static": _("Static codes"),
    "credit-card": _("Credit card"),
    "statement": _("Credit card"),
    "orders": _("Orders and operations"),
    "operations": _("Orders and operations"),
    "contracts": _("Orders and operations"),
    "disputes": _("Disputes"),
    "balance": _("Balance"),
    "sandbox": _("Sandbox"),
}
OTHER_TAG = _("Client")
PUBLIC_TAG = _("For the payer's bank")

TRANSACTION_ID = {
    "name": "x-transaction-id",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "format": "uuid", "pattern": UUID_PATTERN, "example": EXAMPLE_ID},
    "description": _(
        "A UUID in the form 8-4-4-4-12, echoed as sent. On POST, PUT, PATCH and DELETE it is the idempotency key: "
        "reuse it when you retry."
    ),
}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "example": "pt-BR"},
    "description": _("The language of messages, pt-BR or en. Codes never change."),
}
ECHO = {
    "x-transaction-id": {"schema": {"type": "string", "format": "uuid"}, "description": _("As it was sent.")},
}
RATE_LIMIT = {
    "RateLimit-Limit": {"schema": {"type": "integer"}, "description": _("What the bucket of this credential holds.")},
    "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": _("What is left in it.")},
    "RateLimit-Reset": {"schema": {"type": "integer"}, "description": _("Seconds until it is full again.")},
}
# Refused before the credential's bucket is asked (`Endpoint.initial`).
BEFORE_THE_LIMIT = (NotAuthenticated, MethodNotAllowed, BodyTooLarge, UnsupportedMediaType)
CHALLENGE = {"schema": {"type": "string"}, "description": _("How to prove who calls (RFC 6750 3).")}
ALLOW = {"schema": {"type": "string"}, "description": _("The methods that this address answers.")}
RETRY_AFTER = {"schema": {"type": "integer"}, "description": _("Seconds after which the same call has a chance.")}
EXAMPLE_VIOLATIONS = {
    InvalidParameters: ("amount", _("is required")),
    UnsupportedMediaType: ("Content-Encoding", _("must be absent or identity")),
}
REPLAY = {"schema": {"type": "string", "enum": ["true"]}, "description": _("Only on an answer that is given again.")}


def only_canonical_paths(endpoints: list[Any], **_kwargs: Any) -> list[Any]:
    """Documents what stands in `api_urls` alone."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(("/v1/", "/pix/"))]


class ContractSchema(AutoSchema):
    """Builds each operation from the `Operation` of its endpoint."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        self.registry, self.path, self.path_prefix, self.method = registry, path, path_prefix, method.upper()
        operation: Operation | None = getattr(self.view, "operations", {}).get(self.method)
        if operation is None:
            return None
        said: dict[str, Any] = {
            "operationId": operation_id(self.method, path),
            "tags": [tag_of(path)],
            "summary": str(operation.summary),
            "security": [{SECURITY: [scope]} for scope in operation.scopes] or [{SECURITY: []}],
            "parameters": plain([*self.path_parameters(), TRANSACTION_ID, LANGUAGE, *self.query_parameters(operation)]),
            "responses": self.responses(operation),
        }
        if operation.description:
            said["description"] = str(operation.description)
        if operation.body is not Nothing:
            said["requestBody"] = self.request_body(operation)
        return said

    def path_parameters(self) -> list[dict[str, Any]]:
        names = re.findall(r"{(\w+)}", self.path)
        return [{"name": name, "in": "path", "required": True, "schema": path_schema(name)} for name in names]

    def query_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        parameters = []
        for name, field in operation.query().fields.items():
            schema = plain(self._map_serializer_field(field, "request"))
            text = schema.pop("description", "")
            parameters.append(
                {"name": name, "in": "query", "required": field.required, "schema": schema, "description": text}
            )
        return parameters

    def request_body(self, operation: Operation) -> dict[str, Any]:
        content: dict[str, Any] = {"schema": self.component(operation.body, "request")}
        if operation.example:
            content["example"] = operation.example
        body = operation.body()
        needed = body.fewest_fields > 0 or any(field.required for field in body.fields.values())
        return {"required": needed, "content": {"application/json": content}}

    def responses(self, operation: Operation) -> dict[str, Any]:
        headers = ECHO | RATE_LIMIT
        errors: list[type[DomainError]] = [*ON_EVERY_CALL, *operation.errors]
        if self.method != "GET":
            errors += WITH_BODY
        if self.method != "GET" and getattr(self.view, "keyed", False):
            headers["x-idempotent-replay"] = REPLAY
            errors += WITH_KEY
        if "{" in self.path or NAMES_AN_OBJECT & operation.body().fields.keys():
            errors.append(NotFound)
        success: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase, "headers": plain(headers)}
        if operation.answer:
            success["content"] = {"application/json": {"schema": self.component(operation.answer, "response")}}
        return {str(operation.status): success, **self.error_responses(errors)}

    def error_responses(self, errors: list[type[DomainError]]) -> dict[str, Any]:
        shape = self.component(ErrorShown, "response")
        responses = {}
        for status in sorted({error.status for error in errors}):
            cases = {error for error in errors if error.status == status}
            content = {"schema": shape, "examples": {error.__name__: example_of(error) for error in cases}}
            responses[str(status)] = {
                "description": HTTPStatus(status).phrase,
                "headers": headers_of(cases),
                "content": {"application/json": {**content, "examples": dict(sorted(content["examples"].items()))}},
            }
        return responses

    def component(self, shape: Shape, direction: Literal["request", "response"]) -> dict[str, Any]:
        return dict(self.resolve_serializer(shape, direction).ref)

    def get_serializer_name(self, serializer: Any, direction: str) -> str:
        """`Charge` is what is shown, `ChargeBody` what is sent."""
        name: str = type(serializer).__name__.removesuffix("Shown").removesuffix("Body")
        return f"{name}Body" if isinstance(serializer, StrictSerializer) else name

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Any:
        if not hasattr(field, "openapi"):
            return super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        meta = self._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
        schema = {**field.openapi(), **meta}
        if schema.pop("nullable", False):
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        return plain(schema)

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        """A field that knows its schema has said everything."""
        if not hasattr(field, "openapi"):
            super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        schema.pop("description", None)
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
            if serializer.fewest_fields:
                schema["minProperties"] = serializer.fewest_fields
        about = vars(type(serializer)).get("about")
        return {"type": schema.pop("type"), "description": str(about), **schema} if about else schema


def headers_of(errors: set[type[DomainError]]) -> dict[str, Any]:
    """What an answer may carry that has one status and is one of these errors."""
    headers: dict[str, Any] = dict(ECHO)
    if not errors <= set(BEFORE_THE_LIMIT):
        headers |= RATE_LIMIT
    if errors & {NotAuthenticated, ScopeMissing}:
        headers["WWW-Authenticate"] = CHALLENGE
    if MethodNotAllowed in errors:
        headers["Allow"] = ALLOW
    cases = [case for error in errors for case in (error, *error.__subclasses__())]
    if TooManyRequests in errors or any(case.retry_after is not None for case in cases):
        headers["Retry-After"] = RETRY_AFTER
    shown: dict[str, Any] = plain(headers)
    return shown


def plain(value: Any) -> Any:
    """Without lazy translations, and without what DRF guesses about blank texts and titles."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if name not in ("title",)}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, Promise) else value


def path_schema(name: str) -> dict[str, Any]:
    if name == "transaction_id":
        return {"type": "string", "format": "uuid", "pattern": UUID_PATTERN}
    return {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}


def operation_id(method: str, path: str) -> str:
    parts = [part.strip("{}").replace("-", "_") for part in path.removeprefix("/v1/").split("/")]
    return "_".join([method.lower(), *parts])


def tag_of(path: str) -> str:
    return str(TAGS.get(path.split("/")[2], OTHER_TAG) if path.startswith("/v1/") else PUBLIC_TAG)


def example_of(error: type[DomainError]) -> dict[str, Any]:
    """The error's body as it would be sent; what a rule fills in stands in braces."""
    message = re.sub(r"%\((\w+)\)s", r"{\1}", str(error.message))
    violation = EXAMPLE_VIOLATIONS.get(error)
    value = {
        "errorCode": error.code,
        "message": message,
        "timestamp": "2026-11-20T17:32:50.123Z",
        "xTransactionId": None if error in (TransactionIdMissing, TransactionIdMalformed) else EXAMPLE_ID,
        "errors": ["{}: {}".format(*violation)] if violation else [],
    }
    return {"summary": f"{error.code} {error.__name__}", "value": value}
