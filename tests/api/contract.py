"""The published document as a judge: every answer that a test gets must have the shape and status it promises."""

import re
from functools import cache
from typing import Any

import jsonschema_rs
import orjson
from django.conf import settings
from django.urls import get_resolver
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator


@cache
def document(language: str = "en") -> dict[str, Any]:
    assert get_resolver().url_patterns  # loads every room, so that every error code is known
    with translation.override(language):
        generator = SchemaGenerator(urlconf=settings.SPECTACULAR_SETTINGS["SERVE_URLCONF"])  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    parsed: dict[str, Any] = orjson.loads(orjson.dumps(made, default=str))
    return parsed


@cache
def addresses() -> list[tuple[re.Pattern[str], str]]:
    """The documented paths, those without parameters first."""
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in paths]


@cache
def validator(path: str, method: str, status: str) -> Any:
    content = document()["paths"][path][method]["responses"][status].get("content", {})
    shape = content.get("application/json", {}).get("schema", {})
    return jsonschema_rs.validator_for({**shape, "components": document()["components"]} if shape else {})


# What HTTP, a browser or a framework wants is not the contract's affair.
NOT_OURS = re.compile(
    r"allow|content-.*|vary|cache-control|cross-origin-opener-policy|referrer-policy|x-(frame|content-type)-options"
)


def hold_to_contract(method: str, path: str, response: Any) -> None:
    """Whether the answer of a documented operation is one that the document promises."""
    found = next((named for form, named in addresses() if form.fullmatch(path.partition("?")[0])), None)
    operation = document()["paths"].get(found, {}).get(method.lower())
    if operation is None or "json" not in response.get("Content-Type", ""):
        return
    status = str(response.status_code)
    assert status in operation["responses"], f"{method} {path}: {status} is not documented"
    named = {header.lower() for header in operation["responses"][status].get("headers", {})}
    added = {header.lower() for header in response.headers if not NOT_OURS.fullmatch(header.lower())}
    assert added <= named, f"{method} {path}: {status} has {added - named}, which is not documented"
    validator(str(found), method.lower(), status).validate(orjson.loads(response.content))
