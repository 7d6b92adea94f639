"""EMAIL_URL: `smtp://user:password@host:587` speaks STARTTLS, `smtps://…:465` TLS from the first byte. A relay on the
same machine may do without: `smtp://localhost:25?tls=off`."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
FORM = "EMAIL_URL must read smtp://user:password@host:587 or smtps://user:password@host:465"


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str
    starts_tls: bool
    begins_in_tls: bool


def mail_server(address: str) -> MailServer:
    """Raises ValueError, which never repeats the address: it holds a password."""
    parts = urlsplit(address)
    options = parse_qs(parts.query, keep_blank_values=True)
    begins, off = parts.scheme == "smtps", options == {"tls": ["off"]}
    if not parts.hostname or parts.scheme not in PORTS or parts.path.strip("/"):
        raise ValueError(FORM)
    if options and (begins or not off):
        raise ValueError("EMAIL_URL knows one option: smtp://…?tls=off")
    return MailServer(
        host=parts.hostname,
        port=port_of(address) or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=not (begins or off),
        begins_in_tls=begins,
    )


def port_of(address: str) -> int | None:
    try:
        return urlsplit(address).port
    except ValueError:
        raise ValueError(FORM) from None
