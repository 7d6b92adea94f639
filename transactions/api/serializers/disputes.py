"""What a request about disputes may look like (API.md 6.9)."""

import base64
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import Choice, Items, StrictSerializer, Text, Verbatim
from core.api.lists import ListQuery
from transactions import limits
from transactions.actions.disputes import Proof
from transactions.states import DisputeStatus, DisputeType

CONTENT_TYPES = ("application/pdf", "image/jpeg", "image/png", "text/plain")


class Base64(Verbatim):
    """The bytes of a file."""

    default_error_messages = {
        "base64": _("must be base64"),
        "too_large": _("must be at most 5 MB"),
    }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        try:
            content = base64.b64decode(value, validate=True)
        except ValueError:
            self.fail("base64")
        if len(content) > limits.EVIDENCE_FILE_BYTES:
            self.fail("too_large")
        return content

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "byte", "minLength": 1}


class FileBody(StrictSerializer):
    name = Text(max_length=limits.EVIDENCE_FILE_NAME, form=r"[^/\\]+")
    contentType = Choice(CONTENT_TYPES)
    content = Base64(help_text=_("base64; the whole request is at most 1 MiB"))

    def validate(self, attrs: dict[str, Any]) -> Any:
        return Proof(attrs["name"], attrs["contentType"], attrs["content"])


class EvidenceBody(StrictSerializer):
    about = _("A text, files, or both.")

    text = Text(max_length=limits.EVIDENCE_TEXT, required=False, allow_null=True)
    files = Items(child=FileBody(), max_length=limits.EVIDENCE_FILES, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = {"text": attrs.get("text") or "", "files": attrs.get("files") or []}
        if not any(said.values()):
            raise serializers.ValidationError({"text": [_("is required when no files are sent")]})
        return said


class DisputeQuery(ListQuery):
    """A list that does not need its dates."""

    date_fields: ClassVar[dict[str, str]] = {"CREATED": "opened_at", "UPDATED": "updated_at"}

    type = Choice(tuple(DisputeType.values), required=False)
    status = Choice(tuple(DisputeStatus.values), required=False)
    operationId = Text(required=False, max_length=64, help_text=_("The disputed operation, or the chargeback"))
    orderId = Text(required=False, max_length=64)
    endToEndId = Text(required=False, max_length=32)

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return True
