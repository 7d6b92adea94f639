"""The registry from which the frame, the dashboard and later search are made: each app says what it offers."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation. `permission` decides who sees it; `group` is its heading; `description` and the line
    that `summary` makes of the actor are its card on the dashboard."""

    url_name: str
    label: "str | Promise"
    icon: str
    group: "str | Promise"
    permission: str
    position: int
    description: "str | Promise" = ""
    summary: Callable[[Any], str] | None = None

    @property
    def address(self) -> str:
        return reverse(self.url_name)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the frame of one page shows it."""

    entry: Entry
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: list[Item]


_entries: list[Entry] = []


def register(entry: Entry) -> None:
    if entry not in _entries:
        _entries.append(entry)
        _entries.sort(key=lambda each: each.position)


def entries_for(permissions: frozenset[str]) -> list[Entry]:
    """The entries that someone with these permissions may use, in their order."""
    return [entry for entry in _entries if entry.permission in permissions]


def navigation_for(permissions: frozenset[str], path: str) -> list[Group]:
    """The same entries below their headings; the one whose address leads closest to the path is the current one."""
    entries = [(entry, entry.address) for entry in entries_for(permissions)]
    leading = [address for _entry, address in entries if _leads_to(address, path)]
    current = max(leading, key=len, default=None)
    items = [Item(entry, address, address == current) for entry, address in entries]
    return [Group(str(label), list(group)) for label, group in groupby(items, key=lambda item: item.entry.group)]


def _leads_to(address: str, path: str) -> bool:
    return path == address or path.startswith(address.rstrip("/") + "/")
