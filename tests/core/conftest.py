"""What names resolve to in the tests of the HTTP client, and what was written to the log."""

import io
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import structlog


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to, changed by a test as it likes; a name that is not in it does not resolve."""
    table: dict[str, list[str]] = {"localhost": ["127.0.0.1"]}

    def getaddrinfo(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in table[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return table


@pytest.fixture
def log_text() -> Iterator[io.StringIO]:
    """What the product's own formatter writes."""
    written = io.StringIO()
    ours = [each.formatter for each in logging.getLogger().handlers]
    handler = logging.StreamHandler(written)
    handler.setFormatter(next(each for each in ours if isinstance(each, structlog.stdlib.ProcessorFormatter)))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)
