"""Bodies are read before a thread is used: whole, small enough, in time."""

import asyncio
import json
from typing import Any

import pytest

from astrapay_portal.api_urls import canonical
from core.asgi import BufferedBodies, Headers, Message, Receive, Send
from tests.loops import run

LIMIT = 10
KEY = "0f0e0d0c-0b0a-4908-8706-050403020100"


class Pages:
    """Stands where Django stands: keeps what it was given."""

    def __init__(self) -> None:
        self.headers: Headers | None = None
        self.body = b""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        self.headers = scope["headers"]
        self.body = (await receive())["body"]


class Answer:
    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.messages[1:])


def part(body: bytes, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def ask(*messages: Message, path: str = "/v1/dynamic", headers: Headers | None = None) -> tuple[Pages, Answer]:
    """Sends the messages of a request; after the last one nothing comes."""
    pages, answer, waiting = Pages(), Answer(), list(messages)
    entry = BufferedBodies(
        pages,
        limit=LIMIT,
        canonical=canonical,
        seconds=0.05,
    )

    async def receive() -> Message:
        if not waiting:
            await asyncio.sleep(60)
        return waiting.pop(0)

    scope = {"type": "http", "path": path, "headers": headers or []}
    run(entry(scope, receive, answer.send))
    return pages, answer


def test_a_body_in_parts_arrives_whole_and_with_its_length() -> None:
    pages, _answer = ask(part(b"ab"), part(b"cd", more=False), headers=[(b"transfer-encoding", b"chunked")])
    assert pages.body == b"abcd"
    assert pages.headers == [(b"content-length", b"4")]


@pytest.mark.parametrize(
    ("messages", "headers"),
    [
        ([part(b"12345678"), part(b"901", more=False)], []),
        ([], [(b"content-length", b"11")]),  # refused before anything is read
    ],
    ids=["counted", "declared"],
)
def test_a_body_over_the_limit_gets_413_with_the_error_body(messages: list[Message], headers: Headers) -> None:
    pages, answer = ask(*messages, headers=[*headers, (b"x-transaction-id", KEY.encode())])
    assert answer.status == 413
    assert json.loads(answer.body)["errorCode"] == 32
    assert json.loads(answer.body)["xTransactionId"] == KEY
    assert answer.headers[b"x-transaction-id"] == KEY.encode()
    assert answer.headers[b"connection"] == b"close"
    assert pages.headers is None


def test_a_body_exactly_at_the_limit_is_taken() -> None:
    assert ask(part(b"1234567890", more=False))[0].body == b"1234567890"


def test_a_documented_alias_answers_like_the_path_behind_it() -> None:
    _pages, answer = ask(path="/charge/v1/dynamic", headers=[(b"content-length", b"11")])
    assert json.loads(answer.body)["errorCode"] == 32


@pytest.mark.parametrize("path", ["/v1/token", "/oauth/v1/token"])
@pytest.mark.parametrize("language", [b"en", b"pt-BR"])
@pytest.mark.parametrize(
    ("declared", "status", "description"),
    [
        (b"11", 413, "The request body is too large."),
        (b"2", 408, "The request body did not arrive in time. Send it again."),
    ],
)
def test_the_token_call_is_refused_in_the_form_of_oauth_and_in_ascii(
    path: str, language: bytes, declared: bytes, status: int, description: str
) -> None:
    _pages, answer = ask(path=path, headers=[(b"content-length", declared), (b"accept-language", language)])
    assert answer.status == status
    assert json.loads(answer.body) == {"error": "invalid_request", "error_description": description}
    assert answer.headers[b"cache-control"] == b"no-store"


def test_a_page_answers_with_a_sentence() -> None:
    _pages, answer = ask(path="/charges", headers=[(b"content-length", b"11")])
    assert answer.status == 413
    assert answer.headers[b"content-type"].startswith(b"text/plain")


def test_the_sentence_is_in_the_language_asked_for() -> None:
    _pages, english = ask(headers=[(b"content-length", b"11"), (b"accept-language", b"en")])
    assert json.loads(english.body)["message"] == "The request body is too large."


def test_a_body_that_does_not_come_gets_408() -> None:
    pages, answer = ask(part(b"ab"))
    assert answer.status == 408
    assert json.loads(answer.body)["errorCode"] == 37
    assert pages.headers is None


def test_a_broken_upload_is_dropped_and_never_taken_for_a_whole_one() -> None:
    pages, answer = ask(part(b"ab"), {"type": "http.disconnect"})
    assert pages.headers is None
    assert answer.messages == []


def test_a_header_that_django_could_not_tell_from_another_is_dropped() -> None:
    headers = [(b"x_forwarded_for", b"1.2.3.4"), (b"x-forwarded-for", b"5.6.7.8")]
    pages, _answer = ask(part(b"", more=False), headers=headers)
    assert pages.headers == [(b"x-forwarded-for", b"5.6.7.8"), (b"content-length", b"0")]


@pytest.mark.parametrize("length", [b"-1", b"x", "²".encode("latin-1"), b""])
def test_a_length_that_is_no_number_is_not_believed(length: bytes) -> None:
    pages, _answer = ask(part(b"ab", more=False), headers=[(b"content-length", length)])
    assert pages.headers == [(b"content-length", b"2")]
