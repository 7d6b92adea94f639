"""The QR image of a Pix code: SVG inside a page, PNG inside an answer of the API.

Made cheaply, since every charge pays for it: zxing-cpp draws the symbol in a fifth of the time that a Python encoder
takes, and the PNG has one bit for each pixel. The quiet zone of four modules stays: phones need it.
"""

import base64
import math
import re
import struct
import zlib
from typing import Any

import zxingcpp
from django.utils.html import format_html
from django.utils.safestring import SafeString

DARK_AS_ONE = bytes.maketrans(b"\x00\xff", b"\x01\x00")
QUIET_ZONE = 4
MASK = 3  # any of the eight can be read; trying all of them for the best takes five times as long (API.md 6.1)
DARK = re.compile(rb"\x01+")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS_OF_A_MODULE = 4
LIGHT_NIBBLE, DARK_NIBBLE = "f", "0"  # a module is four pixels wide, and four pixels of one bit are one hex digit
GREYSCALE_ONE_BIT = (1, 0, 0, 0, 0)


def svg(code: str, *, label: str) -> SafeString:
    """The image as SVG that takes its colour and size from the page. `label` tells a screen reader what it is."""
    rows = _modules(code)
    size = len(rows) + 2 * QUIET_ZONE
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'shape-rendering="crispEdges"><path stroke="currentColor" d="{}"/></svg>',
        label,
        size,
        size,
        _dark_path(rows),
    )


def png_base64(code: str) -> str:
    """The image as PNG, four pixels for each module, in base64."""
    rows = _modules(code)
    size = (len(rows) + 2 * QUIET_ZONE) * PIXELS_OF_A_MODULE
    header = struct.pack(">II5B", size, size, *GREYSCALE_ONE_BIT)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(_pixels(rows), level=1)), (b"IEND", b"")
    return base64.b64encode(PNG_SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)).decode()


def _modules(code: str) -> tuple[bytes, ...]:
    """The rows, each byte one module: 1 is dark."""
    symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=MASK)
    image: Any = symbol.to_image(scale=1, add_quiet_zones=False)  # a buffer, which its stubs do not say
    pixels = bytes(memoryview(image)).translate(DARK_AS_ONE)
    side = math.isqrt(len(pixels))
    return tuple(pixels[start : start + side] for start in range(0, len(pixels), side))


def _dark_path(rows: tuple[bytes, ...]) -> str:
    """One stroke, one module wide, along the middle of each run of dark modules."""
    margin = bytes(QUIET_ZONE)
    return "".join(
        f"M{run.start()} {line}.5h{len(run[0])}"
        for line, row in enumerate(rows, QUIET_ZONE)
        for run in DARK.finditer(margin + row)
    )


def _pixels(rows: tuple[bytes, ...]) -> bytes:
    width = len(rows[0]) + 2 * QUIET_ZONE
    margin = LIGHT_NIBBLE * QUIET_ZONE
    table = bytes.maketrans(b"\x00\x01", (LIGHT_NIBBLE + DARK_NIBBLE).encode())
    light = _line(LIGHT_NIBBLE * width) * QUIET_ZONE
    return light + b"".join(_line(margin + row.translate(table).decode() + margin) for row in rows) + light


def _line(nibbles: str) -> bytes:
    """One row of modules as rows of pixels; each begins with a zero, which says that it is not filtered."""
    padding = LIGHT_NIBBLE * (len(nibbles) % 2)
    return (b"\x00" + bytes.fromhex(nibbles + padding)) * PIXELS_OF_A_MODULE


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
