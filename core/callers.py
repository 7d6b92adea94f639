"""Where a request comes from, when a known number of proxies stands in front."""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings


def address_of(headers: Mapping[str, Any]) -> str:
    """The caller's address from WSGI's environment. Each trusted proxy adds the address it saw to the right end of
    X-Forwarded-For, so what a caller writes into that header itself is never reached."""
    said = [part.strip() for part in str(headers.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    behind: int = settings.TRUSTED_PROXY_COUNT
    return said[-behind] if 0 < behind <= len(said) else str(headers.get("REMOTE_ADDR", ""))


def is_in(address: str, networks: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks. An unreadable one lies nowhere, and in one nobody lies."""
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped:
        caller = caller.ipv4_mapped
    return any(caller in network for network in map(network_of, networks) if network)


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network that is written as `203.0.113.7`, `203.0.113.0/24` or `2001:db8::/32`; None for anything else."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
