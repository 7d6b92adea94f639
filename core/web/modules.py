"""The registry from which the frame, the dashboard and later search are made: each app says what it offers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation. `permission` decides who sees it; `group` is its heading; `card` its dashboard text."""

    url_name: str
    label: "str | Promise"
    icon: str
    group: "str | Promise"
    permission: str
    position: int
    description: "str | Promise" = ""
    summary: Callable[[Any], str] | None = None


_entries: list[Entry] = []


def register(entry: Entry) -> None:
    if entry not in _entries:
        _entries.append(entry)
        _entries.sort(key=lambda each: each.position)


def entries_for(permissions: frozenset[str]) -> list[Entry]:
    """The entries that someone with these permissions may use, in their order."""
    return [entry for entry in _entries if entry.permission in permissions]
