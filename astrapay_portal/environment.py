"""What the machine tells the product, read once, typed, and refused early when it cannot be right."""

import json
import secrets
from functools import cached_property, partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from astrapay_portal.mail import MailServer, mail_server
from core import private_files

PROJECT = Path(__file__).resolve().parent.parent
NEEDED_IN_PRODUCTION = (
    *("secret_key", "credential_key", "webhook_key", "pix_signing_key"),
    *("database_url", "redis_url", "email_url"),
)
API_HOSTS = {"sandbox": "https://api-sandbox.astrapay.com.br", "production": "https://api.astrapay.com.br"}
PORTAL_HOSTS = {
    "sandbox": "https://bkof-portal-hml.astrapay.com.br",
    "production": "https://bkof-portal.astrapay.com.br",
}


class Environment(BaseSettings):
    """Environment variables. Without DATABASE_URL and REDIS_URL the services that `manage.py up` started are used."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    environment: Literal["sandbox", "production"] = "sandbox"
    debug: bool = False
    data_dir: Path = PROJECT / ".data"
    database_url: str | None = None
    redis_url: str | None = None
    secret_key: str | None = None
    credential_key: str | None = None  # apart from SECRET_KEY, whose rotation must not kill every credential
    webhook_key: str | None = None  # encrypts the secrets of webhooks
    webhook_allowed_networks: str = ""  # for a developer's own receiver: 127.0.0.0/8
    webhook_ca_file: Path | None = None
    webhook_source_addresses: str = ""  # what the guide tells receivers to let in: 203.0.113.7, 203.0.113.64/28
    allowed_hosts: str = "*"
    api_url: str | None = None
    public_url: str | None = None
    pix_gateway: str | None = None
    card_gateway: str | None = None
    pix_signing_key: str | None = None
    email_url: str | None = None
    default_from_email: str = "AstraPay <no-reply@astrapay.com.br>"
    static_dir: Path | None = None
    trusted_proxy_count: int = 0

    @model_validator(mode="after")
    def production_states_its_secrets(self) -> Self:
        if self.environment == "production":
            missing = [name.upper() for name in NEEDED_IN_PRODUCTION if getattr(self, name) is None]
            if missing or self.allowed_hosts == "*" or self.debug:
                raise ValueError(f"production needs {', '.join([*missing, 'ALLOWED_HOSTS'])} and DEBUG off")
            if not (self.public_address.startswith("https://") and self.api_address.startswith("https://")):
                raise ValueError("PUBLIC_URL and API_URL of production begin with https://")
            if self.webhook_allowed_networks or self.webhook_ca_file:
                raise ValueError("WEBHOOK_ALLOWED_NETWORKS and WEBHOOK_CA_FILE are for development alone")
        return self

    @property
    def webhook_networks(self) -> list[IPv4Network | IPv6Network]:
        return _networks(self.webhook_allowed_networks)

    @property
    def webhook_sources(self) -> list[IPv4Network | IPv6Network]:
        return _networks(self.webhook_source_addresses)

    @cached_property
    def services(self) -> dict[str, str]:
        """Where `manage.py up` put Postgres and Valkey: {database_url, redis_url}, or empty."""
        try:
            return dict(json.loads((self.data_dir / "services.json").read_text()))
        except FileNotFoundError:
            return {}

    @property
    def postgres(self) -> str:
        return self.database_url or self.services.get("database_url", "postgres://portal@127.0.0.1:1/portal")

    @property
    def valkey(self) -> str:
        return self.redis_url or self.services.get("redis_url", "redis://127.0.0.1:1/0")

    @property
    def api_address(self) -> str:
        return self.api_url or API_HOSTS[self.environment]

    @property
    def pix_location_host(self) -> str:
        """The host in dynamic codes. A payer's bank reads it, so it must be a public name: one with a dot."""
        host = self.api_address.partition("://")[2]
        return host if "." in host else API_HOSTS[self.environment].partition("://")[2]

    @property
    def mail(self) -> MailServer | None:
        """None where letters are only printed."""
        return mail_server(self.email_url) if self.email_url else None

    @property
    def public_address(self) -> str:
        return self.public_url or PORTAL_HOSTS[self.environment]

    def secret(self, name: str) -> str:
        """The named secret, or one made on first use and kept below the data directory (never in production)."""
        given: str | None = getattr(self, name)
        if given is not None:
            return given
        return private_files.keep(self.data_dir / name, partial(secrets.token_urlsafe, 48))


def _networks(texts: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(text.strip()) for text in texts.split(",") if text.strip()]
