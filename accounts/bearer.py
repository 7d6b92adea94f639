"""From a bearer token to an Actor, in one narrow query. Nothing is cached: a revoked token ends at once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import Application
from accounts.permissions import permissions_of_scopes
from core import callers, clock, prepared
from core.actor import Actor, Channel
from core.api import throttling
from core.errors import NotAuthenticated

LONGEST_TOKEN = 255
USE_IS_NOTED_EVERY = timedelta(minutes=1)


LOOK_UP = """
    SELECT token.expires, token.scope, credential.id, credential.name, credential.allowed_addresses,
        credential.last_used_at, client.id, client.time_zone
    FROM oauth2_provider_accesstoken token
    JOIN accounts_application credential ON credential.id = token.application_id
    JOIN accounts_client client ON client.id = credential.tenant_id
    WHERE token.token_checksum = %(checksum)s AND token.expires > %(moment)s
        AND credential.revoked_at IS NULL AND client.is_active
"""


class Row(NamedTuple):
    """A live token with its credential and client."""

    expires: datetime
    scope: str
    credential_id: int
    name: str
    allowed_addresses: list[str]
    last_used_at: datetime | None
    client_id: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class Token:
    """The token in use. `holds` knows that write includes read."""

    credential_id: int
    scopes: tuple[str, ...]
    expires: datetime
    address_allowed: bool = True

    def holds(self, scope: str) -> bool:
        return scope in self.scopes or scope.removesuffix(".read") + ".write" in self.scopes

    def take_from_bucket(self) -> throttling.Allowance | None:
        return throttling.take(f"api:{self.credential_id}", per_minute=settings.API_REQUESTS_PER_MINUTE)


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Actor, Token]:
        row = self.row_of(self.token_text(request))
        if row is None:
            raise NotAuthenticated
        allowed = may_call_from(callers.address_of(request.META), row.allowed_addresses)
        if allowed:
            note_use(row.credential_id, row.last_used_at)
        scopes = tuple(row.scope.split())
        actor = Actor(
            client_id=row.client_id,
            channel=Channel.API,
            name=row.name,
            permissions=permissions_of_scopes(scopes),
            zone=ZoneInfo(row.time_zone),
            credential_id=row.credential_id,
            request_id=getattr(request._request, "transaction_id", None),
        )
        return actor, Token(row.credential_id, scopes, row.expires, allowed)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer error="invalid_token"'

    def token_text(self, request: Request) -> str:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.isascii() or not 0 < len(token) <= LONGEST_TOKEN:
            raise NotAuthenticated
        return token

    def row_of(self, token: str) -> Row | None:
        checksum = hashlib.sha256(token.encode()).hexdigest()
        found = prepared.execute(LOOK_UP, {"checksum": checksum, "moment": clock.now()}).fetchone()
        return Row(*found) if found else None


def may_call_from(address: str, allowed_addresses: list[str]) -> bool:
    return not allowed_addresses or callers.is_in(address, allowed_addresses)


def note_use(credential_id: int, last_used_at: datetime | None) -> None:
    moment = clock.now()
    if last_used_at is None or moment - last_used_at > USE_IS_NOTED_EVERY:
        Application.objects.filter(pk=credential_id).update(last_used_at=moment)
