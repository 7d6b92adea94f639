"""The layout of a BR Code: fields of two digits of id, two of length in characters (01 to 99), and the value."""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = 4
CRC_HEADER = "6304"
CRC_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields in their order and, where the text stops making sense, what is wrong at which character."""

    fields: tuple[tuple[str, str], ...]
    broken: str | None = None

    def first(self, wanted: str) -> str | None:
        return next((value for field, value in self.fields if field == wanted), None)

    def repeated(self) -> Iterator[str]:
        ids = [field for field, _ in self.fields]
        yield from (field for field in dict.fromkeys(ids) if ids.count(field) > 1)


def split(text: str) -> Layout:
    """Splits as far as the text can be read: `bad_tlv_at_74` is a wrong header, `short_value_at_6` a value cut off."""
    fields: list[tuple[str, str]] = []
    start = 0
    while start < len(text):
        header = text[start : start + HEADER]
        if not (len(header) == HEADER and header.isascii() and header.isdigit() and header[2:] != "00"):
            return Layout(tuple(fields), f"bad_tlv_at_{start}")
        end = start + HEADER + int(header[2:])
        if end > len(text):
            return Layout(tuple(fields), f"short_value_at_{start}")
        fields.append((header[:2], text[start + HEADER : end]))
        start = end
    return Layout(tuple(fields))


def field(number: str, value: str) -> str:
    """One field. The caller keeps the value within 99 characters."""
    return f"{number}{len(value):02}{value}"


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE over the UTF-8 bytes, four upper-case hexadecimal digits."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def sealed(text: str) -> str:
    """The text with field 63, which is computed over everything up to and with its own header."""
    return text + CRC_HEADER + crc(text + CRC_HEADER)
