"""What each method of an endpoint promises, said once: the endpoint reads it, and so does the OpenAPI document."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from rest_framework import serializers

from core.api.fields import Nothing, StrictSerializer
from core.errors import DomainError

Shape = type[serializers.Serializer[Any]]
Input = type[StrictSerializer]


@dataclass(frozen=True, slots=True)
class Operation:
    """`scope` "" is any token, of several any one is enough; `errors` are the rules that may say no, beyond what every
    call may answer."""

    summary: "str | Promise"
    answer: Shape | None = None
    scope: str | tuple[str, ...] = ""
    status: int = 200
    body: Input = Nothing
    query: Input = Nothing
    errors: tuple[type[DomainError], ...] = ()
    description: "str | Promise" = ""
    example: dict[str, Any] | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        named = (self.scope,) if isinstance(self.scope, str) else self.scope
        return tuple(filter(None, named))

    def is_open_to(self, holds: Callable[[str], bool]) -> bool:
        return not self.scopes or any(map(holds, self.scopes))
