"""From a serializer to plain values, or to one InvalidParameters with a sentence for each violation."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.settings import api_settings

from core.api.fields import StrictSerializer
from core.api.formats import refuse_names
from core.errors import InvalidParameters, Violation
from core.logs import mask

OWN_KEY = api_settings.NON_FIELD_ERRORS_KEY


def violations(detail: Any, path: str = "") -> Iterator[Violation]:
    """Flattens DRF's tree of errors to `debtor.name: …`, `additionalInformation.1.value: …`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from violations(inner, path if name == OWN_KEY else below(path, name))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            if isinstance(inner, Mapping | list):
                yield from violations(inner, below(path, position))
            else:
                yield Violation(path or "body", str(inner))
    else:
        yield Violation(path or "body", str(detail))


def below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


@cache
def reader(serializer: type[StrictSerializer]) -> StrictSerializer:
    """One instance of each class for all requests: DRF copies every field for a new one, which takes longer than to
    read a request. Reading leaves nothing in it."""
    return serializer()


def read(serializer: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """The validated values. Raises InvalidParameters."""
    try:
        return dict(reader(serializer).run_validation(data))
    except serializers.ValidationError as error:
        raise InvalidParameters(*violations(error.detail)) from error


def read_body(serializer: type[StrictSerializer], request: Request, zone: ZoneInfo) -> dict[str, Any]:
    """Days are those of the caller's zone, here and in a query."""
    return serializer.in_zone(read(serializer, request.data), zone)


def read_query(serializer: type[StrictSerializer], request: Request, zone: ZoneInfo) -> dict[str, Any]:
    """The query as one value for each name: a parameter given twice is refused, and bytes that are not UTF-8."""
    try:
        unquote_to_bytes(request._request.META.get("QUERY_STRING", "").encode("latin-1")).decode()
    except UnicodeError as error:
        raise InvalidParameters(Violation("query", _("is not UTF-8"))) from error
    refuse_names("query", request.query_params)
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise InvalidParameters(*(Violation(mask(name), _("is given twice")) for name in twice))
    return serializer.in_zone(read(serializer, request.query_params.dict()), zone)
