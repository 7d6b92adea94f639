"""The published OpenAPI document: valid, complete, and served with Swagger UI under the strict policy."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client as Browser
from django.urls import URLPattern

from accounts.cookies import LANGUAGE_COOKIE
from astrapay_portal.api_urls import urlpatterns
from core.errors import REGISTRY
from tests.api.contract import document

METHODS = {"get", "post", "put", "patch", "delete"}
SAME_IN_BOTH_LANGUAGES = {"Sandbox", *(status.phrase for status in HTTPStatus)}


def documented_path(route: URLPattern) -> str:
    path = str(route.pattern)
    for converter in ("id", "str"):
        path = path.replace(f"<{converter}:", "{").replace(">", "}")
    return f"/{path}"


def test_the_document_is_valid_openapi() -> None:
    assert document()["openapi"] == "3.1.0"
    for name, schema in document()["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**schema, "components": {}})
        assert schema["type"] == "object", name


@pytest.mark.parametrize("route", urlpatterns, ids=documented_path)
def test_every_route_is_documented_with_its_methods(route: URLPattern) -> None:
    said = document()["paths"][documented_path(route)]
    operations = getattr(getattr(route.callback, "view_class", None), "operations", None)
    if operations is not None:
        assert {method.upper() for method in said} == set(operations)
    assert set(said) <= METHODS


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert set(document()["paths"]) == {documented_path(route) for route in urlpatterns}


def test_every_reference_leads_somewhere() -> None:
    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [each for inner in node.values() for each in references(inner)]
        return [each for inner in node for each in references(inner)] if isinstance(node, list) else []

    known = {f"#/components/schemas/{name}" for name in document()["components"]["schemas"]}
    assert set(references(document())) <= known


def test_every_request_object_refuses_unknown_fields_and_every_money_field_names_its_cents() -> None:
    schemas = document()["components"]["schemas"]
    bodies = {name: schema for name, schema in schemas.items() if name.endswith("Body")}
    assert all(schema["additionalProperties"] is False for schema in bodies.values())
    assert bodies["ChargeBody"]["properties"]["amount"]["multipleOf"] == 0.01
    assert bodies["ChargeChangesBody"]["minProperties"] == 1
    assert document()["paths"]["/v1/dynamic/{txid}"]["patch"]["requestBody"]["required"] is True
    assert bodies["DebtorBody"]["properties"]["naturalPersonIdentification"]["format"] == "cpf"


def test_every_operation_says_who_may_call_it_and_shows_each_error() -> None:
    for path, operations in document()["paths"].items():
        if path.startswith("/pix/") or path == "/v1/token":
            continue
        for method, operation in operations.items():
            assert operation["security"], (path, method)
            assert "x-transaction-id" in {each["name"] for each in operation["parameters"]}
            refused = {status for status in operation["responses"] if status[0] in "45"}
            assert {"400", "401", "403", "429", "500"} <= refused
            for status in refused:
                examples = operation["responses"][status]["content"]["application/json"]["examples"]
                assert {REGISTRY[each["value"]["errorCode"]].status for each in examples.values()} == {int(status)}


def test_each_error_names_the_headers_that_help_the_caller() -> None:
    said = document()["paths"]["/v1/dynamic"]["post"]["responses"]
    named = {status: set(said[status]["headers"]) - {"x-transaction-id"} for status in ("401", "403", "405", "429")}
    rate_limit = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
    assert named == {
        "401": {"WWW-Authenticate"},
        "403": {"WWW-Authenticate", *rate_limit},
        "405": {"Allow"},
        "429": {"Retry-After", *rate_limit},
    }
    assert "Retry-After" in said["409"]["headers"]
    assert "Retry-After" in said["503"]["headers"]


def test_the_error_catalogue_is_the_registry() -> None:
    assert [each["errorCode"] for each in document()["x-error-catalogue"]] == sorted(REGISTRY)


Place = tuple[str | int, ...]


def test_no_sentence_of_the_portuguese_document_is_english() -> None:
    english, portuguese = dict(sentences(document())), dict(sentences(document("pt-br")))
    assert english.keys() == portuguese.keys()
    assert {"info", "tags", "scopes"} <= {place[-2] for place in english}
    same = {text for place, text in english.items() if portuguese[place] == text}
    assert same <= SAME_IN_BOTH_LANGUAGES


def sentences(node: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """What people read, by its place. Examples hold data, and as their summary the name of an error."""
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
        here = (*place, key)
        if isinstance(inner, dict | list) and key not in ("example", "examples"):
            yield from sentences(inner, here)
        elif isinstance(inner, str) and inner and is_for_people(here):
            yield here, inner


def is_for_people(place: Place) -> bool:
    if place[0] == "x-error-catalogue":
        return place[-1] == "message"
    return (
        place[-1] in ("description", "summary")
        or place[-2:-1] == ("tags",)
        or place[-3:-1] == ("clientCredentials", "scopes")
    )


@pytest.mark.django_db
def test_the_document_is_in_the_language_of_each_request() -> None:
    browser = Browser()
    for language in ("en", "pt-br", "en"):
        browser.cookies[LANGUAGE_COOKIE] = language
        shown = browser.get("/docs/openapi.json").json()
        assert dict(sentences(shown)) == dict(sentences(document(language)))


@pytest.mark.django_db
def test_swagger_ui_is_served_without_anything_inline() -> None:
    browser = Browser()
    page = browser.get("/docs/api")
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert b"<style" not in page.content
    assert page.content.count(b"<script") == page.content.count(b"<script src=")
    assert browser.get("/docs/openapi.json").json()["info"]["title"] == "AstraPay API"
