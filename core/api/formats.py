"""JSON in and out. In: strict, each number with the text it was. Out: money with its two decimals, never a float."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from core.errors import BodyTooLarge, InvalidParameters, Violation

LARGEST_BODY = 1024 * 1024
DEEPEST = 16


class Num(Decimal):
    """A JSON number that remembers its text, so that `1e2` and `10.100` can be told from 100 and 10.1."""

    text: str

    def __new__(cls, text: str) -> "Num":
        number = super().__new__(cls, text)
        number.text = text
        return number


def refuse(sentence: str, path: str = "body") -> InvalidParameters:
    return InvalidParameters(Violation(path, sentence))


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise refuse("a field is given twice")
    return members


def _constant(name: str) -> Any:
    raise refuse(f"{name} is not a JSON number")


def _refuse_depth(text: str) -> None:
    """Counted on the text: the decoder itself would run out of stack."""
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise refuse(f"nested deeper than {DEEPEST} levels")
        elif character in "]}":
            depth -= 1


DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=Num, parse_int=Num, parse_constant=_constant)


def loads(body: bytes) -> Any:
    """Reads JSON strictly (UTF-8, no duplicate names, no NaN, depth at most 16). Raises InvalidParameters."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise refuse("the body is not UTF-8") from error
    _refuse_depth(text)
    try:
        return DECODER.decode(text)
    except (ValueError, ArithmeticError) as error:
        raise refuse("the body is not JSON") from error


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_default)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    return str(value)  # lazy translations


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        limit = getattr((parser_context or {}).get("view"), "largest_body", LARGEST_BODY)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge
        parsed = loads(body)
        if not isinstance(parsed, dict):
            raise refuse("the body must be a JSON object")
        return parsed


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else dumps(data)


class OnlyJson(BaseContentNegotiation):
    """There is one representation; what a caller accepts does not change it."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
