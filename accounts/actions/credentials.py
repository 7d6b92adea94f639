"""Credentials of a client's systems (STATES.md 13). A secret is known for the moment in which it is made."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.errors import NotAnAddress, NotPossibleNow, ScopeNotHeld
from accounts.hashers import KeyedSha256Hasher, with_old
from accounts.models import Application
from accounts.permissions import SCOPE_MODULES, Fine, Module, fine, read, require
from core import callers, clock
from core.actor import Actor
from core.errors import NotFound

OVERLAP = timedelta(hours=24)
MAY_ADMINISTER = fine(Module.REPRESENTATIVES, Fine.WRITE)
NEEDED_FOR_ORDERS = frozenset(
    fine(Module.CREDIT_CARD, each) for each in (Fine.REFUND, Fine.CAPTURE, Fine.REVERSAL, Fine.CHARGEBACK, Fine.REBUILD)
)


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential with its secret, which is stored nowhere."""

    application: Application
    secret: str


@transaction.atomic
def create_credential(
    *, actor: Actor, name: str, scopes: Iterable[str], allowed_addresses: Iterable[str] = ()
) -> Issued:
    """Raises ScopeNotHeld: a credential's scopes lie within its maker's modules (PORTAL.md 9); and NotAnAddress."""
    require(actor, MAY_ADMINISTER)
    wanted = sorted(set(scopes))
    for scope in wanted:
        if not needed_for(scope) <= actor.permissions:
            raise ScopeNotHeld(scope=scope)
    secret = new_secret()
    application = Application.objects.create(
        tenant_id=actor.client_id,
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
        scopes=wanted,
        allowed_addresses=readable(allowed_addresses),
    )
    return Issued(application, secret)


@transaction.atomic
def rotate_secret(*, actor: Actor, credential_id: int, old_lives: timedelta = OVERLAP) -> Issued:
    """Another secret; the one before stays good for a while, and any older one ends now.

    Raises NotPossibleNow for a revoked credential.
    """
    application = _locked(actor, credential_id)
    secret = new_secret()
    kept = make_password(secret, hasher=KeyedSha256Hasher.algorithm)
    application.secret_changed_at = clock.now()
    application.client_secret = (
        with_old(kept, application.client_secret, application.secret_changed_at + old_lives) if old_lives else kept
    )
    application.save(update_fields=["client_secret", "secret_changed_at"])
    return Issued(application, secret)


@transaction.atomic
def revoke_credential(*, actor: Actor, credential_id: int) -> Application:
    """For good: its tokens end with it. Raises NotPossibleNow when it was revoked before."""
    application = _locked(actor, credential_id)
    application.revoked(clock.now())
    application.save(update_fields=["revoked_at"])
    return application


def readable(addresses: Iterable[str]) -> list[str]:
    """The addresses and networks, trimmed. Raises NotAnAddress, which names the first that is neither."""
    entries = [entry.strip() for entry in addresses]
    for entry in entries:
        if callers.network_of(entry) is None:
            raise NotAnAddress(entry=entry)
    return entries


def needed_for(scope: str) -> frozenset[str]:
    """The permissions that a maker must hold to give this scope away."""
    product, _dot, access = scope.partition(".")
    needed = frozenset({read(SCOPE_MODULES[product])})
    return needed | NEEDED_FOR_ORDERS if (product, access) == ("orders", "write") else needed


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def _locked(actor: Actor, credential_id: int) -> Application:
    require(actor, MAY_ADMINISTER)
    rows = Application.objects.select_for_update(of=("self",)).filter(pk=credential_id, tenant_id=actor.client_id)
    application: Application | None = rows.first()
    if application is None:
        raise NotFound
    if application.revoked_at is not None:
        raise NotPossibleNow
    return application
