"""Strict serializer fields: a number is a JSON number, a boolean true or false, a text a text.

Each knows its JSON Schema, so that the OpenAPI document says what the field accepts.
"""

import re
import unicodedata
import uuid
from collections.abc import Mapping
from decimal import Decimal
from ipaddress import ip_address
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.settings import api_settings

from core import documents
from core.api.formats import Num
from core.logs import mask
from core.money import AMOUNT_TEXT, CENT, LARGEST, ZERO, with_cents

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
NOT_TEXT = re.compile(r"[\x00-\x1f\ud800-\udfff]")
ANY_TEXT = r"^[^\u0000-\u001f]*$"
TEXT_WITH_A_LETTER = r"^[^\u0000-\u001f]*[^\s\u0000-\u001f][^\u0000-\u001f]*$"
MESSAGES = {"required": _("is required"), "null": _("must not be null")}


def clean_text(value: str) -> str:
    """Trimmed and in NFC. Raises ValueError for control characters and lone surrogates (API.md 1)."""
    if NOT_TEXT.search(value):
        raise ValueError
    return unicodedata.normalize("NFC", value).strip()


class Text(serializers.CharField):
    """Trimmed; empty is absent; length counted in code points after NFC. `form` must match the whole text."""

    default_error_messages = {
        **MESSAGES,
        "invalid": _("must be a text"),
        "control": _("must not hold control characters or half characters"),
        "max_length": _("must have at most {max_length} characters"),
        "form": _("has characters that are not allowed here, or not in their right number"),
    }

    def __init__(self, *, form: str | None = None, **kwargs: Any) -> None:
        self.form = re.compile(form, re.ASCII) if form else None
        self.longest = kwargs.pop("max_length", None)
        super().__init__(allow_blank=True, trim_whitespace=False, max_length=None, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if value != "":
            return value
        if self.required:
            self.fail("required")
        return None

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        value = self.cleaned(data)
        if self.longest is not None and len(value) > self.longest:
            self.fail("max_length", max_length=self.longest)
        if self.form and value and not self.form.fullmatch(value):
            self.fail("form")
        return value

    def cleaned(self, data: str) -> str:
        try:
            return clean_text(data)
        except ValueError:
            self.fail("control")

    def openapi(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string"}
        if self.longest is not None:
            schema["maxLength"] = self.longest
        if self.form:
            return {**schema, "pattern": f"^({self.form.pattern}){'' if self.required else '?'}$"}
        return {**schema, "pattern": TEXT_WITH_A_LETTER if self.required else ANY_TEXT}


class Verbatim(Text):
    """A text whose bytes count, such as a code with a checksum: only trimmed."""

    def cleaned(self, data: str) -> str:
        value = data.strip()
        if NOT_TEXT.search(value):
            self.fail("control")
        return value


class Choice(Text):
    """One of a few names, spelled exactly."""

    default_error_messages = {"choice": _("must be one of {names}")}

    def __init__(self, names: tuple[str, ...], **kwargs: Any) -> None:
        self.names = names
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = self.known(super().to_internal_value(data))
        if value and value not in self.names:
            self.fail("choice", names=", ".join(self.names))
        return value

    def known(self, value: str) -> str:
        """The value under the name it is known by."""
        return value

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names)}


class Money(serializers.Field[Decimal, Any, Any, Any]):
    """Reais: a JSON number with at most two decimals, judged on its text."""

    default_error_messages = {
        **MESSAGES,
        "number": _("must be a JSON number with at most two decimals, such as 10.50"),
        "range": _("must be from {smallest} to {largest}"),
    }

    def __init__(self, *, smallest: Decimal = CENT, largest: Decimal = LARGEST, **kwargs: Any) -> None:
        self.smallest, self.largest = smallest, largest
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, Num) or not AMOUNT_TEXT.fullmatch(data.text) or data.text == "-0":
            self.fail("number")
        # Above the range the cents no longer fit into Decimal's precision.
        amount = with_cents(Decimal(data)) if len(data.text) <= 16 else Decimal(data)
        if not self.smallest <= amount <= self.largest:
            self.fail("range", smallest=self.smallest, largest=self.largest)
        return amount

    def to_representation(self, value: Decimal) -> Decimal:
        return with_cents(value)

    def openapi(self) -> dict[str, Any]:
        return {
            "type": "number",
            "minimum": float(self.smallest),
            "maximum": float(self.largest),
            "multipleOf": float(CENT),
            "example": 150.00,
        }


class Whole(serializers.Field[int, Any, Any, Any]):
    """A JSON number without point or exponent."""

    default_error_messages = {
        **MESSAGES,
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

    def openapi(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.smallest, "maximum": self.largest}


class WholeText(Text):
    """A whole number in a query string."""

    default_error_messages = {"range": _("must be a whole number from {smallest} to {largest}")}

    def __init__(self, *, smallest: int, largest: int, **kwargs: Any) -> None:
        self.smallest, self.largest = smallest, largest
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> int | None:
        value = super().run_validation(data)
        if value is None:
            return None
        if not re.fullmatch(r"\d{1,12}", value, re.ASCII) or not self.smallest <= int(value) <= self.largest:
            self.fail("range", smallest=self.smallest, largest=self.largest)
        return int(value)

    def openapi(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.smallest, "maximum": self.largest}


class MoneyText(Text):
    """Reais in a query string, with at most two decimals."""

    default_error_messages = {"number": _("must be an amount with at most two decimals, such as 10.50")}

    def run_validation(self, data: Any = serializers.empty) -> Decimal | None:
        value = super().run_validation(data)
        if value is None:
            return None
        if not AMOUNT_TEXT.fullmatch(value) or not ZERO <= Decimal(value) <= LARGEST:
            self.fail("number")
        return with_cents(Decimal(value))

    def openapi(self) -> dict[str, Any]:
        return {"type": "number", "minimum": 0, "maximum": float(LARGEST), "multipleOf": float(CENT)}


class Email(Text):
    default_error_messages = {"email": _("must be an e-mail address")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        try:
            if value:
                validate_email(value)
        except DjangoValidationError:
            self.fail("email")
        return value

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": self.longest}


class IpAddress(Text):
    default_error_messages = {"address": _("must be an IPv4 or IPv6 address")}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        try:
            if value:
                # The database knows no zone of an address, such as %eth0.
                value = str(ip_address(value.replace("%", "?")))
        except ValueError:
            self.fail("address")
        return value

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}


class Flag(serializers.Field[bool, Any, Any, Any]):
    default_error_messages = {**MESSAGES, "invalid": _("must be true or false")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        return value

    def openapi(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Document(Text):
    """A CPF or a CNPJ, with or without mask; kept bare. Without a `kind` either of them."""

    default_error_messages = {
        "cpf": _("must be a CPF with right check digits"),
        "cnpj": _("must be a CNPJ with right check digits"),
        "either": _("must be a CPF or a CNPJ with right check digits"),
    }

    def __init__(self, *, kind: documents.DocumentType | None = None, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(max_length=20, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if value and not self.is_right(value):
            self.fail(self.kind.lower() if self.kind else "either")
        return documents.bare(value)

    def is_right(self, value: str) -> bool:
        return (self.kind is not documents.DocumentType.CNPJ and documents.is_cpf(value)) or (
            self.kind is not documents.DocumentType.CPF and documents.is_cnpj(value)
        )

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": self.kind.lower() if self.kind else "cpf-or-cnpj"}


class Items(serializers.ListField):
    """A list of at most `max_length` items; a violation names the position."""

    default_error_messages = {
        **MESSAGES,
        "not_a_list": _("must be a list"),
        "max_length": _("must have at most {max_length} items"),
    }


def as_uuid(text: str) -> uuid.UUID | None:
    """The UUID of a text in the form 8-4-4-4-12, or None: braces, urn: and 32 digits are refused."""
    return uuid.UUID(text) if UUID_FORM.fullmatch(text) else None


class StrictSerializer(serializers.Serializer[Any]):
    """Names every unknown field, gives absent optional fields as absent, and its violations with their path."""

    fewest_fields: ClassVar[int] = 0
    about: "str | Promise" = ""
    default_error_messages = {**MESSAGES, "invalid": _("must be a JSON object"), "unknown": _("is not known here")}

    def to_internal_value(self, data: Any) -> Any:
        """Asks no field that is absent and may be: in most calls that is nearly all of them."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({self.own_key: [self.error_messages["invalid"]]})
        # Masked: a name may hold what belongs into a value.
        unknown = [mask(name) for name in data if name not in self.fields]
        broken: dict[str, Any] = {name: [self.error_messages["unknown"]] for name in unknown}
        values = {}
        for name, field in self.fields.items():
            if name in data or field.required:
                try:
                    values[name] = field.run_validation(data.get(name, serializers.empty))
                except serializers.ValidationError as error:
                    broken[name] = error.detail
        if broken:
            raise serializers.ValidationError(broken)
        return values

    @classmethod
    def in_zone(cls, values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
        """The values, once it is known in which zone their days lie."""
        return values

    @property
    def own_key(self) -> str:
        """Under which DRF files what is wrong with the object itself."""
        return str(api_settings.NON_FIELD_ERRORS_KEY)


class Nothing(StrictSerializer):
    """A call without a body, or without query parameters: whatever is sent is unknown and named."""
