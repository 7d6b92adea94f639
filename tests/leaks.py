"""Whether a secret number is anywhere that outlives its request: in any grouping, in base64, hex or URL encoding."""

import base64
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db import connection

from core import valkey

HEX = re.compile(rb"(?:[0-9a-f]{2}){8,}", re.IGNORECASE)
BASE64 = re.compile(rb"[0-9A-Za-z+/_-]{16,}")
FROM_ADDRESSES = bytes.maketrans(b"-_", b"+/")
# What stands between the groups of a number, also when it was encoded for an address.
BETWEEN = re.compile(rb"(?<=[0-9])(?:%20|%2D|%A0|%C2|[^0-9A-Za-z%]){1,4}(?=[0-9])", re.IGNORECASE)


def everything_kept() -> bytes:
    """Every row of every table and every key of Valkey, as bytes."""
    return b"\n".join([*rows(), *keys()])


def rows() -> Iterator[bytes]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT row::text FROM {connection.ops.quote_name(table)} row")  # noqa: S608
            yield from (text.encode() for (text,) in cursor.fetchall())


def keys() -> Iterator[bytes]:
    store: Any = valkey.client()
    read = {
        "string": store.get,
        "hash": store.hgetall,
        "set": store.smembers,
        "list": lambda key: store.lrange(key, 0, -1),
        "zset": lambda key: store.zrange(key, 0, -1),
        "stream": store.xrange,
    }
    for key in store.scan_iter("*"):
        kind = store.type(key)
        yield b"%r %r" % (key, read[kind.decode() if isinstance(kind, bytes) else kind](key))


def found(numbers: list[str], kept: bytes) -> list[str]:
    """Those of the numbers that are in what was kept."""
    plain = BETWEEN.sub(b"", b"\n".join([kept, unquote_to_bytes(kept), *decoded(kept)]))
    return [number for number in numbers if number.encode() in plain]


def decoded(kept: bytes) -> Iterator[bytes]:
    """What is hex or base64 in it, wherever the encoding began."""
    for run in HEX.finditer(kept):
        yield bytes.fromhex(run.group().decode())
    for run in BASE64.finditer(kept):
        for start in range(4):
            text = run.group()[start:].translate(FROM_ADDRESSES)
            text = text[:-1] if len(text) % 4 == 1 else text
            yield base64.b64decode(text + b"=" * (-len(text) % 4))
