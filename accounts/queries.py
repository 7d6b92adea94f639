"""Reads of people and clients."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Application, Client, Membership, Role, User
from accounts.permissions import Fine, Module, granted, permissions_of_scopes
from accounts.states import MembershipStatus
from core import prepared
from core.actor import Actor, Channel
from core.errors import NotFound


def memberships_of(user: User) -> QuerySet[Membership]:
    """The memberships that let the person in now."""
    return (
        Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE, client__is_active=True)
        .select_related("client")
        .prefetch_related("roles")
        .order_by("client__trade_name", "client_id")
    )


def administrators_of(client_id: int) -> QuerySet[User]:
    """The people who administer a client now: REPRESENTATIVES with write."""
    roles = Role.objects.filter(module=Module.REPRESENTATIVES).exclude(withheld__contains=[Fine.WRITE])
    memberships = Membership.objects.filter(client_id=client_id, status=MembershipStatus.ACTIVE, roles__in=roles)
    return User.objects.filter(pk__in=memberships.values("user_id"), is_active=True).order_by("pk")


def chosen_of(user: User, memberships: Sequence[Membership]) -> Membership | None:
    """The membership that the person works in: the chosen one, or the only one."""
    chosen = next((each for each in memberships if each.client_id == user.chosen_client_id), None)
    return memberships[0] if chosen is None and len(memberships) == 1 else chosen


def client_of(actor: Actor) -> Client:
    """The actor's client. Raises NotFound when it was deactivated."""
    client = prepared.first(Client, "id = %(id)s AND is_active", {"id": actor.client_id})
    if client is None:
        raise NotFound
    return client


def person(membership: Membership, *, request_id: UUID | None) -> Actor:
    """The actor that a signed-in person is in one client."""
    return Actor(
        client_id=membership.client_id,
        channel=Channel.PORTAL,
        name=membership.user.get_full_name(),
        permissions=membership.permissions(),
        zone=membership.client.zone,
        user_id=membership.user_id,
        request_id=request_id,
    )


def staff(user: User, client: Client) -> Actor:
    """The actor that one of the platform's staff is in a client: every permission, and the admin as its door."""
    return Actor(
        client_id=client.pk,
        channel=Channel.ADMIN,
        name=user.get_full_name(),
        permissions=frozenset().union(*map(granted, Module)),
        zone=client.zone,
        user_id=user.pk,
    )


def credential(application: Application, *, request_id: UUID | None = None) -> Actor:
    """The actor that an API credential is, with all of its scopes."""
    return Actor(
        client_id=application.tenant_id,
        channel=Channel.API,
        name=application.name,
        permissions=permissions_of_scopes(tuple(application.scopes)),
        zone=application.tenant.zone,
        credential_id=application.pk,
        request_id=request_id,
    )


def system(client: Client) -> Actor:
    """The platform itself: notices, the clock, automatic returns. It asks nobody for permission."""
    return Actor(client_id=client.pk, channel=Channel.SYSTEM, name="system", zone=client.zone)
