"""The ASGI side of pages and API: bodies are read here, in the event loop, so that slow senders hold no thread."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.api.errors import OAUTH_PATH, error_response, is_api, oauth_response
from core.api.fields import as_uuid
from core.errors import BodyTooLarge, BodyTooSlow, DomainError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BODY_SECONDS = 30.0


class SenderLeft(Exception):
    """The connection closed before the body was complete."""


class BufferedBodies:
    """Hands each request to `pages` with its whole body, or refuses it before a thread is used.

    A body has `limit` bytes at most, whoever sends it: strangers can fill the memory with what is kept until it is
    whole. `canonical` says which path stands behind a documented alias.
    """

    def __init__(
        self,
        pages: Application,
        *,
        limit: int,
        canonical: Callable[[str], str],
        seconds: float = BODY_SECONDS,
    ) -> None:
        self.pages = pages
        self.limit = limit
        self.canonical = canonical
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self.canonical(scope["path"])
        try:
            async with asyncio.timeout(self.seconds):
                body = await read_body(scope, receive, self.limit)
        except SenderLeft:
            return
        except TimeoutError:
            await refuse(path, scope["headers"], send, BodyTooSlow())
        except BodyTooLarge as error:
            await refuse(path, scope["headers"], send, error)
        else:
            await self.pages({**scope, "headers": whole(scope["headers"], body)}, replay(body), send)


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body. Raises BodyTooLarge, before reading when the sender says the length, and SenderLeft."""
    if declared_length(scope["headers"]) > limit:
        raise BodyTooLarge
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderLeft
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)


def declared_length(headers: Headers) -> int:
    said = header(headers, b"content-length")
    return int(said) if said.isdigit() else 0


def header(headers: Headers, name: bytes) -> bytes:
    return next((value for key, value in headers if key == name), b"")


def whole(headers: Headers, body: bytes) -> Headers:
    """The headers as they are once the body is complete: WSGI reads no body of a chunked request without its length.

    A name with `_` is dropped: in WSGI it could not be told from its twin with `-`.
    """
    kept = [
        (name, value)
        for name, value in headers
        if name not in (b"content-length", b"transfer-encoding") and b"_" not in name
    ]
    return [*kept, (b"content-length", str(len(body)).encode())]


def replay(body: bytes) -> Receive:
    """A `receive` that gives the body. A coroutine function, as a2wsgi needs; granian's own is not one."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def refuse(path: str, headers: Headers, send: Send, error: DomainError) -> None:
    """Answers without reading on, hence the closed connection."""
    response = refusal(path, headers, error)
    said = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    said += [(b"content-length", str(len(response.content)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": said})
    await send({"type": "http.response.body", "body": response.content})


def refusal(path: str, headers: Headers, error: DomainError) -> HttpResponse:
    """The error body of the API, or of the token call; one sentence elsewhere."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = header(headers, b"accept-language").decode("latin-1")
    transaction_id = header(headers, b"x-transaction-id").decode("latin-1")
    with translation.override(translation.get_language_from_request(request)):
        if not is_api(path):
            return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain; charset=utf-8")
        request.transaction_id_text = transaction_id if as_uuid(transaction_id) else None  # type: ignore[attr-defined]
        response = token_refusal(error) if path == OAUTH_PATH else error_response(request, error)
    response["Cache-Control"] = "no-store"
    if as_uuid(transaction_id):
        response["x-transaction-id"] = transaction_id
    return response


def token_refusal(error: DomainError) -> HttpResponse:
    with translation.override("en"):
        return oauth_response("invalid_request", str(error), status=error.status)
