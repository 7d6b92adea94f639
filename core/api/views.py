"""The base of every endpoint: the order of checks (API.md 3), the request's key, the answer that can be replayed."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Protocol, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import idempotency
from core.actor import Actor
from core.api.formats import LARGEST_BODY, dumps, is_encoded, length_of_body
from core.api.lists import ListQuery, asked
from core.api.operations import Operation
from core.api.reading import read_body, read_query
from core.api.throttling import Allowance
from core.audit import name_actor
from core.errors import (
    AddressNotAllowed,
    BodyTooLarge,
    MethodNotAllowed,
    ScopeMissing,
    TooManyRequests,
    TransactionIdMalformed,
    TransactionIdMissing,
    UnsupportedMediaType,
    Violation,
)
from core.idempotency import Answer, Claim, KeyedRequest

T = TypeVar("T")
NO_CONTENT = 204
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Bearer(Protocol):
    """What an endpoint asks of the token in use; `accounts` provides it."""

    address_allowed: bool

    def holds(self, scope: str) -> bool: ...

    def take_from_bucket(self) -> Allowance | None: ...


class Replayed(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def refuse_other_media(request: HttpRequest) -> None:
    """A body is read as it came: JSON in UTF-8. Raises UnsupportedMediaType."""
    if request.content_type != "application/json":
        raise UnsupportedMediaType
    if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(Violation("Content-Type", _("must name no charset other than utf-8")))
    if is_encoded(request.META):
        raise UnsupportedMediaType(Violation("Content-Encoding", _("must be absent or identity")))


class Endpoint(APIView):
    """`operations` says what each method promises. Writes are idempotent by x-transaction-id unless `keyed` says no."""

    operations: ClassVar[dict[str, Operation]] = {}
    keyed: ClassVar[bool] = True
    largest_body: ClassVar[int] = LARGEST_BODY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.refuse_other_methods(request)
        self.refuse_unreadable_body(request)
        self.perform_authentication(request)
        self.refuse_too_many(request)
        self.refuse_without_transaction_id(request)
        self.refuse_foreign_address()
        self.refuse_without_scope()
        name_actor(self.actor)
        if self.is_keyed(request) and (answer := idempotency.finished(self.keyed_request)):
            raise Replayed(answer)
        self.query = read_query(self.operation.query, request, self.actor.zone)
        if issubclass(self.operation.query, ListQuery):
            self.query["asked"] = asked(self.actor.client_id, request.path_info)
        self.body = read_body(self.operation.body, request, self.actor.zone) if request.method in WRITES else {}

    # The order of checks ---------------------------------------------------------------------------------------

    def refuse_other_methods(self, request: Request) -> None:
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(Allow=", ".join(self.allowed_methods))

    @property
    def allowed_methods(self) -> list[str]:
        return list(self.operations)

    def refuse_unreadable_body(self, request: Request) -> None:
        length = length_of_body(request.META)
        if length > self.largest_body:
            raise BodyTooLarge
        if length and request.method in WRITES:
            refuse_other_media(request._request)

    def refuse_too_many(self, request: Request) -> None:
        allowance = self.token.take_from_bucket()
        if allowance is None:
            return
        request._request.allowance = allowance  # type: ignore[attr-defined]
        if not allowance.allowed:
            raise TooManyRequests(**{"Retry-After": allowance.retry_after})

    def refuse_without_transaction_id(self, request: Request) -> None:
        if not request.headers.get("x-transaction-id"):
            raise TransactionIdMissing
        if request._request.transaction_id is None:  # type: ignore[attr-defined]
            raise TransactionIdMalformed

    def refuse_foreign_address(self) -> None:
        if not self.token.address_allowed:
            raise AddressNotAllowed

    def refuse_without_scope(self) -> None:
        if not self.operation.is_open_to(self.token.holds):
            raise ScopeMissing(scope=self.operation.scopes[0])

    # What a handler uses ---------------------------------------------------------------------------------------

    @property
    def operation(self) -> Operation:
        return self.operations[str(self.request.method)]

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request.user  # type: ignore[assignment]
        return actor

    @property
    def token(self) -> Bearer:
        return cast(Bearer, self.request.auth)

    def once(self, action: Callable[[], T], render: Callable[[T], dict[str, Any]]) -> HttpResponseBase:
        """Runs an action that needs no gateway, once for this key."""
        return self.respond(idempotency.once(self.keyed_request, action, self.answered_by(render)))

    def once_in_steps(
        self, action: Callable[[Claim[T]], object], render: Callable[[T], dict[str, Any]]
    ) -> HttpResponseBase:
        """Runs an action that asks a gateway between two transactions, once for this key."""
        return self.respond(idempotency.once_in_steps(self.keyed_request, action, self.answered_by(render)))

    def answered_by(self, render: Callable[[T], dict[str, Any]]) -> Callable[[T], Answer]:
        """204 says nothing more."""
        status = self.operation.status
        return lambda result: Answer(status, b"" if status == NO_CONTENT else dumps(render(result)))

    def respond(self, answer: Answer) -> HttpResponseBase:
        if answer.status == NO_CONTENT:
            response = HttpResponse(status=NO_CONTENT)
            del response["Content-Type"]
        else:
            response = HttpResponse(self.restore(answer.body), status=answer.status, content_type="application/json")
        if answer.replayed:
            response["x-idempotent-replay"] = "true"
        return response

    def restore(self, body: bytes) -> bytes:
        """What is not stored with an answer, such as an image, is made again here."""
        return body

    # The key ---------------------------------------------------------------------------------------------------

    def is_keyed(self, request: Request) -> bool:
        return self.keyed and request.method in WRITES

    @cached_property
    def keyed_request(self) -> KeyedRequest:
        request = self.request._request
        return KeyedRequest(
            client_id=self.actor.client_id,
            method=str(request.method),
            path=request.path_info[:255],
            key=request.transaction_id,  # type: ignore[attr-defined]
            fingerprint=idempotency.fingerprint(request.body),
        )

    def handle_exception(self, exc: Exception) -> Response | HttpResponseBase:  # type: ignore[override]
        if isinstance(exc, Replayed):
            return self.respond(exc.answer)
        return super().handle_exception(exc)
