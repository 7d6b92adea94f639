"""Where a call may go: https to a public address, decided on what the name resolves to, not on what it looks like."""

import re
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.outbound.wire import Deadline, Failure, NoAnswer, type_address

Network = IPv4Network | IPv6Network

HTTPS_PORT = 443
UNPRIVILEGED_PORTS = range(1024, 65536)
SECONDS_TO_RESOLVE_WHEN_SAVED = 3.0

GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# `is_global` says yes to these, or did in some release of Python.
NEVER_PUBLIC: tuple[Network, ...] = (
    IPv4Network("100.64.0.0/10"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv6Network("2001::/23"),
    IPv6Network("3fff::/20"),
)

PLAIN_URL = re.compile(r"https://[^/?#@\\\s]+([/?#][^\\\s]*)?", re.IGNORECASE)
LOOKS_LIKE_A_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|\d+)", re.ASCII | re.IGNORECASE)
NAME_FORM = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII | re.IGNORECASE)
# RFC 6761, 6762, 7686, 8375 and ICANN's `internal`: no public server has such a name.
PRIVATE_NAMES = re.compile(
    r"([^.]+|.*\.(localhost|local|internal|test|invalid|example|onion|home\.arpa))", re.IGNORECASE
)


class Refusal(TextChoices):
    """Why an address is not called, in words that may be shown."""

    FORM = "FORM", _("Send an address that begins with https://, without user name or password.")
    HOST = "HOST", _("The host of the address is not a valid name or IP address.")
    PORT = "PORT", _("The port must be 443 or lie between 1024 and 65535.")
    NOT_PUBLIC = "NOT_PUBLIC", _("The address does not lead to a public server.")


class AddressRefused(ValueError):
    """An address that must not be called: trying again cannot help until it, or its name's entry, changes."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.reason = refusal.label

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose form was accepted. `path` begins with a slash and holds the query."""

    host: str
    port: int
    path: bytes

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def check_url(url: str, allowed_networks: Sequence[Network] = ()) -> None:
    """Raises AddressRefused unless the URL may be saved as an address to call.

    A name that no server answers for at the moment passes, unless no public one could: it is checked again at each
    call. Inside `allowed_networks` any address and port is allowed.
    """
    target = target_of(url)
    try:
        addresses = resolve(target, Deadline(SECONDS_TO_RESOLVE_WHEN_SAVED))
    except NoAnswer:
        if PRIVATE_NAMES.fullmatch(target.host):
            raise AddressRefused(Refusal.NOT_PUBLIC) from None
        if not _is_public_port(target.port):
            raise AddressRefused(Refusal.PORT) from None
        return
    first_allowed(addresses, target.port, allowed_networks)


def target_of(url: str) -> Target:
    """What the URL names, by its form alone. Raises AddressRefused."""
    if not PLAIN_URL.fullmatch(url):
        raise AddressRefused(Refusal.FORM)
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefused(Refusal.HOST) from error
    host = parsed.raw_host.decode("ascii").removesuffix(".").lower()
    port = HTTPS_PORT if parsed.port is None else parsed.port
    if not 0 < port <= UNPRIVILEGED_PORTS[-1]:
        raise AddressRefused(Refusal.PORT)
    if _literal(host) is None and (LOOKS_LIKE_A_NUMBER.fullmatch(host) or not NAME_FORM.fullmatch(host)):
        raise AddressRefused(Refusal.HOST)
    return Target(host, port, parsed.raw_path)


def resolve(target: Target, deadline: Deadline) -> list[type_address]:
    """Every address of the host. Raises NoAnswer.

    The resolver knows no timeout, so it runs in a thread of its own, which is left behind when the deadline passes.
    """
    literal = _literal(target.host)
    if literal is not None:
        return [literal]
    found: list[type_address] = []
    looking = threading.Thread(target=_look_up, args=(target, found), daemon=True)
    looking.start()
    looking.join(deadline.remaining())
    if looking.is_alive():
        raise NoAnswer(Failure.TIMED_OUT)
    if not found:
        raise NoAnswer(Failure.NAME)
    return found


def first_allowed(
    addresses: Iterable[type_address], port: int, allowed_networks: Sequence[Network] = ()
) -> type_address:
    """The first address that may be called on the port; the others are skipped. Raises AddressRefused."""
    port_was_the_reason = False
    for address in addresses:
        real = unwrapped(address)
        if any(real in network for network in allowed_networks):
            return address
        if is_public(real):
            if _is_public_port(port):
                return address
            port_was_the_reason = True
    raise AddressRefused(Refusal.PORT if port_was_the_reason else Refusal.NOT_PUBLIC)


def unwrapped(address: type_address) -> type_address:
    """The IPv4 address that an IPv6 one carries (mapped, NAT64, 6to4, Teredo), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    server_and_client = address.teredo
    return address.ipv4_mapped or address.sixtofour or (server_and_client and server_and_client[1]) or address


def is_public(address: type_address) -> bool:
    """Whether an unwrapped address is one that the whole internet can reach."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST_V6:
        return False
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved)
        and not any(address in network for network in NEVER_PUBLIC)
    )


def _is_public_port(port: int) -> bool:
    return port == HTTPS_PORT or port in UNPRIVILEGED_PORTS


def _literal(host: str) -> type_address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _look_up(target: Target, found: list[type_address]) -> None:
    try:
        answers = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return
    # A scope such as %eth0 only stands on link-local addresses, which are refused anyway.
    found.extend(dict.fromkeys(ip_address(str(answer[4][0]).split("%")[0]) for answer in answers))
