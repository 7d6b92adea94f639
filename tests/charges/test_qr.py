"""The QR image: what a camera reads from it is the code, byte for byte."""

import base64
import re
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
import zxingcpp

from charges import qr
from charges.brcode.writing import write_dynamic, write_static

CODES = [
    write_dynamic(location="api.astrapay.com.br/pix/qr/v2/" + "a" * 40, name="Loja da Ana", city="Sao Paulo"),
    write_static(key="123e4567-e12b-12d1-a456-426655440000", name="Fulano de Tal", city="BRASILIA"),
    "0" * 512,
    "Z" * 500,
]


def pixels_of(encoded: str) -> memoryview:
    """Decodes a PNG of one data chunk, one bit for each pixel and no filter into one byte for each pixel."""
    png = base64.b64decode(encoded)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour, *rest = struct.unpack(">II5B", png[16:29])
    assert (depth, colour, rest) == (1, 0, [0, 0, 0])
    length = struct.unpack(">I", png[33:37])[0]
    assert png[37:41] == b"IDAT"
    raw = zlib.decompress(png[41 : 41 + length])
    stride = 1 + (width + 7) // 8
    assert len(raw) == stride * height
    lines = [raw[start + 1 : start + stride] for start in range(0, len(raw), stride)]
    grey = bytes(255 * (line[x // 8] >> (7 - x % 8) & 1) for line in lines for x in range(width))
    return memoryview(grey).cast("B", shape=[height, width])


def pixels_of_svg(image: str, scale: int = 4) -> memoryview:
    root = ET.fromstring(image)  # noqa: S314 - made by us
    size = int(root.attrib["viewBox"].split()[2])
    modules = [bytearray(b"\xff" * size) for _ in range(size)]
    path = root[0].attrib["d"]
    for start, line, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
        modules[int(line)][int(start) : int(start) + int(length)] = bytes(int(length))
    grey = b"".join(bytes(pixel for pixel in row for _ in range(scale)) * scale for row in modules)
    return memoryview(grey).cast("B", shape=[size * scale, size * scale])


@pytest.mark.parametrize("code", CODES)
def test_a_reader_finds_the_code_in_the_png(code: str) -> None:
    read = zxingcpp.read_barcode(pixels_of(qr.png_base64(code)))
    assert read is not None
    assert read.text == code


@pytest.mark.parametrize("code", CODES)
def test_a_reader_finds_the_code_in_the_svg(code: str) -> None:
    read = zxingcpp.read_barcode(pixels_of_svg(qr.svg(code, label="Pix")))
    assert read is not None
    assert read.text == code


def test_the_png_keeps_a_quiet_zone_of_four_modules_on_all_sides() -> None:
    pixels = pixels_of(qr.png_base64(CODES[0]))
    assert pixels.shape is not None
    height, width = pixels.shape
    border = 4 * qr.PIXELS_OF_A_MODULE
    dark = [(x, y) for y in range(height) for x in range(width) if pixels[y, x] == 0]
    assert min(x for x, _ in dark) == min(y for _, y in dark) == border
    assert max(x for x, _ in dark) == max(y for _, y in dark) == width - border - 1


def test_the_svg_may_stand_in_a_page_with_a_strict_policy_and_names_itself() -> None:
    image = qr.svg(CODES[0], label='Pix <"R$ 10">')
    assert "style" not in image
    root = ET.fromstring(image)  # noqa: S314 - made by us
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Pix <"R$ 10">'
    assert root[0].attrib["stroke"] == "currentColor"


def test_the_same_code_always_gives_the_same_image() -> None:
    assert qr.png_base64(CODES[0]) == qr.png_base64(CODES[0])
