"""Shapes of answers, for the OpenAPI document. Views build their answers by hand; tests hold them to these."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class Shown(serializers.Serializer[Any]):
    """An object of an answer: every field is always there, some are null."""

    about: "str | Promise" = ""


class Amount(serializers.Field[Any, Any, Any, Any]):
    """Money in an answer, always with its two decimals. Sums know no bounds, and a validator that divides binary
    fractions would find that 20.01 is no multiple of 0.01."""

    def openapi(self) -> dict[str, Any]:
        return {"type": "number", "example": 150.00}


class MomentShown(serializers.Field[Any, Any, Any, Any]):
    """UTC with milliseconds and Z."""

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "example": "2026-11-20T17:32:50.123Z"}


class TextShown(serializers.Field[Any, Any, Any, Any]):
    """A text, one of a few names, or a text with a format."""

    def __init__(self, *, names: tuple[str, ...] = (), form: str = "", example: str = "", **kwargs: Any) -> None:
        self.said: dict[str, Any] = {"type": "string"}
        if names:
            self.said["enum"] = list(names)
        if form:
            self.said["format"] = form
        if example:
            self.said["example"] = example
        super().__init__(**kwargs)

    def openapi(self) -> dict[str, Any]:
        return dict(self.said)


class NumberShown(serializers.Field[Any, Any, Any, Any]):
    """A whole number from 0."""

    def openapi(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0}


class ErrorShown(Shown):
    errorCode = NumberShown(help_text=_("One of the codes of the error catalogue"))
    message = TextShown(help_text=_("For people, in the language of Accept-Language"))
    timestamp = MomentShown()
    xTransactionId = TextShown(form="uuid", allow_null=True, help_text=_("Of the request; null when it had none"))
    errors = serializers.ListField(  # type: ignore[assignment]
        child=TextShown(), help_text=_("One sentence for each violation; begins with the path of the field")
    )


def list_of(shape: type[Shown]) -> type[Shown]:
    """The envelope of every list."""

    class Envelope(Shown):
        content = serializers.ListField(child=shape())
        page = NumberShown(allow_null=True, help_text=_("Null when a cursor was used"))
        size = NumberShown()
        totalElements = NumberShown(allow_null=True, help_text=_("Null with count=false"))
        totalPages = NumberShown(allow_null=True)
        nextCursor = TextShown(allow_null=True, help_text=_("Null on the last page"))

    return type(f"{shape.__name__.removesuffix('Shown')}ListShown", (Envelope,), {})
