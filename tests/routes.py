"""Every route of the root urlconf, as the resolver knows it, and addresses made from it."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ADMIN = "admin/"


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(route, pattern), without the staff's admin, which Django's own permissions guard."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = f"{prefix}{entry.pattern}"
        if route.startswith(ADMIN):
            continue
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        else:
            yield route, entry


def address(route: str, ids: dict[str, str]) -> str:
    """The route with its ids filled in."""
    for name, value in ids.items():
        for converter in ("id", "str"):
            route = route.replace(f"<{converter}:{name}>", value)
    assert "<" not in route, f"{route} has an id that the tests do not know: name it in the fixture `ids`"
    return f"/{route}"
