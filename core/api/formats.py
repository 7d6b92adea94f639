"""JSON in and out. In: strict, each number with the text it was. Out: money with its two decimals, never a float."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import IO, Any

import orjson
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from core.errors import BodyTooLarge, InvalidParameters, Violation
from core.logs import mask

LARGEST_BODY = 1024 * 1024
DEEPEST = 16
# Unknown names are repeated to the caller, so they must be writable and short.
NOT_A_NAME = re.compile(r"^$|[\x00-\x1f\ud800-\udfff]|.{200}", re.DOTALL)
NOT_WRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
SHOWN_OF_A_NAME = 60


class Num(Decimal):
    """A JSON number that remembers its text, so that `1e2` and `10.100` can be told from 100 and 10.1."""

    text: str

    def __new__(cls, text: str) -> "Num":
        number = super().__new__(cls, text)
        number.text = text
        return number


def length_of_body(headers: Mapping[str, Any]) -> int:
    """From WSGI's environment. Zero for what no server lets through: a Content-Length that is not a number."""
    text = str(headers.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() else 0


def is_encoded(headers: Mapping[str, Any]) -> bool:
    """Compressed, for example. From WSGI's environment."""
    return headers.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in ("", "identity")


def refuse(sentence: str | Promise) -> InvalidParameters:
    return InvalidParameters(Violation("body", sentence))


def refuse_names(path: str, names: Iterable[str]) -> None:
    """Raises InvalidParameters for a name that could not stand as the path of its own violation."""
    for name in names:
        if NOT_A_NAME.search(name):
            sentence = _("the name {name} is empty or too long, or holds control characters or half characters")
            raise InvalidParameters(Violation(path, format_lazy(sentence, name=quoted(name))))


def quoted(name: str) -> str:
    """A foreign name as it may be repeated: short, without what cannot be seen, without documents and cards."""
    short = name if len(name) <= SHOWN_OF_A_NAME else f"{name[:SHOWN_OF_A_NAME]}…"
    return '"' + NOT_WRITABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", mask(short)) + '"'


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    refuse_names("body", members)
    if len(members) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in members if names.count(name) > 1)
        raise refuse(format_lazy(_("the field {name} is given twice"), name=quoted(twice)))
    return members


def _constant(name: str) -> Any:
    raise refuse(format_lazy(_("{name} is not a JSON number"), name=name))


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
                raise refuse(format_lazy(_("nested deeper than {levels} levels"), levels=DEEPEST))
        elif character in "]}":
            depth -= 1


DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=Num, parse_int=Num, parse_constant=_constant)


def loads(body: bytes) -> Any:
    """Reads JSON strictly (UTF-8, no duplicate names, no NaN, depth at most 16). Raises InvalidParameters."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise refuse(_("is not UTF-8")) from error
    _refuse_depth(text)
    try:
        return DECODER.decode(text)
    except (ValueError, ArithmeticError) as error:
        raise refuse(_("is not JSON")) from error


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
            raise refuse(_("must be a JSON object"))
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
