"""A BR Code taken apart: its fields, the templates among them, and which of those belong to Pix."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from charges.brcode.code import GUI, Kind, type_fields
from charges.brcode.tlv import Layout, split

MERCHANT_ACCOUNTS = range(26, 52)
UNRESERVED = range(80, 100)
TEMPLATES = {f"{number:02}" for number in (*MERCHANT_ACCOUNTS, 62, 64, *UNRESERVED)}


@dataclass(frozen=True)
class Template:
    """A field made of fields."""

    field: str
    layout: Layout

    def __getitem__(self, inner: str) -> str | None:
        return self.layout.first(inner)

    @property
    def is_pix(self) -> bool:
        return (self["00"] or "").lower() == GUI


@dataclass(frozen=True)
class Tree:
    """The whole text, split once."""

    text: str

    def __getitem__(self, field: str) -> str | None:
        return self.layout.first(field)

    @cached_property
    def layout(self) -> Layout:
        return split(self.text)

    @cached_property
    def templates(self) -> list[Template]:
        return [Template(field, split(value)) for field, value in self.layout.fields if field in TEMPLATES]

    def _pix_templates(self, numbers: range) -> list[Template]:
        return [template for template in self.templates if int(template.field) in numbers and template.is_pix]

    @cached_property
    def accounts(self) -> list[Template]:
        """The Pix templates among 26 to 51; a readable code has exactly one."""
        return self._pix_templates(MERCHANT_ACCOUNTS)

    @cached_property
    def recurrences(self) -> list[Template]:
        return self._pix_templates(UNRESERVED)

    def account(self, inner: str) -> str | None:
        return self.accounts[0][inner] if self.accounts else None

    def recurrence(self, inner: str) -> str | None:
        return self.recurrences[0][inner] if self.recurrences else None

    def additional(self, inner: str) -> str | None:
        return next((template[inner] for template in self.templates if template.field == "62"), None)

    @property
    def kind(self) -> Kind | None:
        """None when there is nothing that Pix could pay or authorize."""
        recurrence = self.recurrence("25") is not None
        if self.account("25") is not None:
            return Kind.DYNAMIC_RECURRENCE if recurrence else Kind.DYNAMIC
        if self.account("01") is not None:
            return Kind.STATIC_RECURRENCE if recurrence else Kind.STATIC
        return Kind.RECURRENCE if recurrence and self.accounts else None

    @property
    def fields(self) -> type_fields:
        inner: Mapping[str, dict[str, str]] = {
            template.field: dict(template.layout.fields) for template in self.templates
        }
        return {field: inner.get(field, value) for field, value in self.layout.fields}
