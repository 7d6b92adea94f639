"""What names resolve to in the tests of the HTTP client."""

import socket
from typing import Any

import pytest


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
