"""From a bearer token to an Actor, in one narrow query. Nothing is cached: a revoked token ends at once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import Application
from accounts.permissions import permissions_of_scopes
from core import callers, clock
from core.actor import Actor, Channel
from core.api import throttling
from core.errors import NotAuthenticated

LONGEST_TOKEN = 255
USE_IS_NOTED_EVERY = timedelta(minutes=1)


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
        allowed = may_call_from(callers.address_of(request.META), row["allowed_addresses"])
        if allowed:
            note_use(row["credential"], row["last_used_at"])
        scopes = tuple(row["scope"].split())
        actor = Actor(
            client_id=row["tenant"],
            channel=Channel.API,
            name=row["name"],
            permissions=permissions_of_scopes(scopes),
            zone=ZoneInfo(row["zone"]),
            credential_id=row["credential"],
            request_id=getattr(request._request, "transaction_id", None),
        )
        return actor, Token(row["credential"], scopes, row["expires"], allowed)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer error="invalid_token"'

    def token_text(self, request: Request) -> str:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.isascii() or not 0 < len(token) <= LONGEST_TOKEN:
            raise NotAuthenticated
        return token

    def row_of(self, token: str) -> dict[str, Any] | None:
        checksum = hashlib.sha256(token.encode()).hexdigest()
        rows = AccessToken.objects.filter(
            token_checksum=checksum,
            expires__gt=clock.now(),
            application__revoked_at=None,
            application__tenant__is_active=True,
        ).values(
            "expires",
            "scope",
            credential=F("application_id"),
            name=F("application__name"),
            tenant=F("application__tenant_id"),
            zone=F("application__tenant__time_zone"),
            allowed_addresses=F("application__allowed_addresses"),
            last_used_at=F("application__last_used_at"),
        )
        return next(iter(rows), None)


def may_call_from(address: str, allowed_addresses: list[str]) -> bool:
    return not allowed_addresses or callers.is_in(address, allowed_addresses)


def note_use(credential_id: int, last_used_at: datetime | None) -> None:
    moment = clock.now()
    if last_used_at is None or moment - last_used_at > USE_IS_NOTED_EVERY:
        Application.objects.filter(pk=credential_id).update(last_used_at=moment)
