"""The registry from which the page of test data is made: each app says what its part of the sandbox reacts to."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.functional import Promise


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Section:
    """A card of the page: `template` shows what `context` gives, `position` orders the cards of a side."""

    name: str
    heading: "str | Promise"
    template: str
    context: Callable[[], dict[str, Any]]
    position: int
    side: Side


_sections: list[Section] = []


def register(section: Section) -> None:
    if section not in _sections:
        _sections.append(section)
        _sections.sort(key=lambda each: each.position)


def sections_on(side: Side) -> list[Section]:
    return [section for section in _sections if section.side is side]
