"""Strict serializer fields: a number is a JSON number, a boolean true or false, a text a text."""

import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import documents
from core.api.formats import Num
from core.money import AMOUNT_TEXT, CENT, LARGEST, with_cents

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
NOT_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
PARTIAL_TEXT = _("must be a text")


def clean_text(value: str) -> str:
    """Trimmed and in NFC. Raises ValueError for control characters and lone surrogates (API.md 1)."""
    if NOT_TEXT.search(value):
        raise ValueError
    return unicodedata.normalize("NFC", value).strip()


class Text(serializers.CharField):
    """Trimmed; empty is absent; length counted in code points after NFC."""

    default_error_messages = {
        "invalid": PARTIAL_TEXT,
        "control": _("must not hold control characters or half characters"),
        "max_length": _("must have at most {max_length} characters"),
        "form": _("has characters that are not allowed here"),
    }

    def __init__(self, *, form: str | None = None, **kwargs: Any) -> None:
        self.form = re.compile(form, re.ASCII) if form else None
        self.longest = kwargs.pop("max_length", None)
        super().__init__(allow_blank=True, trim_whitespace=False, max_length=None, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return None if value == "" else value

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            value = clean_text(data)
        except ValueError:
            self.fail("control")
        if self.longest is not None and len(value) > self.longest:
            self.fail("max_length", max_length=self.longest)
        if self.form and value and not self.form.fullmatch(value):
            self.fail("form")
        return value


class Verbatim(Text):
    """A text whose bytes count, such as a code with a checksum: only trimmed."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if NOT_TEXT.search(data.strip()):
            self.fail("control")
        return data.strip()


class Money(serializers.Field[Decimal, Any, Any, Any]):
    """Reais: a JSON number with at most two decimals, judged on its text."""

    default_error_messages = {
        "number": _("must be a JSON number with at most two decimals, such as 10.50"),
        "range": _("must be from {smallest} to {largest}"),
    }

    def __init__(self, *, smallest: Decimal = CENT, largest: Decimal = LARGEST, **kwargs: Any) -> None:
        self.smallest, self.largest = smallest, largest
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, Num) or not AMOUNT_TEXT.fullmatch(data.text) or data.text == "-0":
            self.fail("number")
        amount = with_cents(Decimal(data)) if len(data.text) <= 16 else Decimal(data)
        if not self.smallest <= amount <= self.largest:
            self.fail("range", smallest=self.smallest, largest=self.largest)
        return amount

    def to_representation(self, value: Decimal) -> Decimal:
        return with_cents(value)


class Whole(serializers.Field[int, Any, Any, Any]):
    """A JSON number without point or exponent."""

    default_error_messages = {
        "number": _("must be a whole JSON number"),
        "range": _("must be from {smallest} to {largest}"),
    }

    def __init__(self, *, smallest: int, largest: int, **kwargs: Any) -> None:
        self.smallest, self.largest = smallest, largest
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, Num) or not re.fullmatch(r"-?(0|[1-9]\d*)", data.text) or data.text == "-0":
            self.fail("number")
        if len(data.text) > 20 or not self.smallest <= int(data) <= self.largest:
            self.fail("range", smallest=self.smallest, largest=self.largest)
        return int(data)

    def to_representation(self, value: int) -> int:
        return value


class Flag(serializers.Field[bool, Any, Any, Any]):
    default_error_messages = {"invalid": _("must be true or false")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        return value


class Document(Text):
    """A CPF or a CNPJ, with or without mask; kept bare."""

    default_error_messages = {
        "cpf": _("must be a CPF with right check digits"),
        "cnpj": _("must be a CNPJ with right check digits"),
    }

    def __init__(self, *, kind: documents.DocumentType, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(max_length=20, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if value == "":
            return value
        if self.kind is documents.DocumentType.CPF and not documents.is_cpf(value):
            self.fail("cpf")
        if self.kind is documents.DocumentType.CNPJ and not documents.is_cnpj(value):
            self.fail("cnpj")
        return documents.bare(value)


class Moment(serializers.DateTimeField):
    """Output only: UTC with milliseconds and Z."""

    def to_representation(self, value: datetime | None) -> Any:
        from core import clock

        return clock.text(value) if value else None


def as_uuid(text: str) -> uuid.UUID | None:
    """The UUID of a text in the form 8-4-4-4-12, or None: braces, urn: and 32 digits are refused."""
    return uuid.UUID(text) if UUID_FORM.fullmatch(text) else None


class StrictSerializer(serializers.Serializer[Any]):
    """Names every unknown field, gives absent optional fields as absent, and its violations with their path."""

    default_error_messages = {"invalid": _("must be a JSON object"), "unknown": _("is not a field of this call")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": [self.error_messages["invalid"]]})
        writable = {field.field_name for field in self._writable_fields}
        unknown = {name: [self.error_messages["unknown"]] for name in data if name not in writable}
        try:
            values = super().to_internal_value(data)
        except (serializers.ValidationError, DjangoValidationError) as error:
            raise serializers.ValidationError({**unknown, **dict(getattr(error, "detail", {}))}) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return values
