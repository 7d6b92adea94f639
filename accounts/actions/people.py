"""People, their memberships in a client, and the roles that a membership holds (STATES.md 12)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.errors import LastAdministrator, NotPossibleNow, OwnAccess, RoleNotHeld
from accounts.models import Client, Membership, Role, User
from accounts.permissions import FINE_PERMISSIONS, Fine, Module, fine, granted, require
from accounts.queries import administrators_of
from accounts.states import MEMBERSHIP_TRANSITIONS, MembershipStatus
from core import live
from core.actor import Actor
from core.errors import NotFound

MAY_ADMINISTER = fine(Module.REPRESENTATIVES, Fine.WRITE)


@transaction.atomic
def create_person(
    *,
    email: str,
    first_name: str,
    last_name: str = "",
    password: str | None = None,
    document: str = "",
    phone: str = "",
    is_staff: bool = False,
) -> User:
    """A person without any membership yet. Without a password the first one is chosen through a reset link."""
    user = User.objects.create_user(
        email=email,
        password=password,
        first_name=first_name,
        last_name=last_name,
        document=document,
        phone=phone,
        is_staff=is_staff,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def change_person(*, user: User, fields: Iterable[str]) -> User:
    """Saves these fields of the person alone."""
    user.full_clean(exclude=["password"])
    user.save(update_fields=list(fields))
    return user


@transaction.atomic
def add_membership(*, actor: Actor, user: User) -> Membership:
    """Makes the person a representative of the actor's client, without roles yet. One who was removed comes back
    with the roles that are left."""
    require(actor, MAY_ADMINISTER)
    Client.objects.select_for_update().get(pk=actor.client_id)
    membership, _made = Membership.objects.update_or_create(
        user=user, client_id=actor.client_id, defaults={"status": MembershipStatus.ACTIVE}
    )
    return membership


@transaction.atomic
def change_membership(*, actor: Actor, membership_id: int, status: MembershipStatus) -> Membership:
    """Acts on the person's very next request. Raises NotPossibleNow, OwnAccess and LastAdministrator."""
    membership = _locked(actor, membership_id)
    if status not in MEMBERSHIP_TRANSITIONS[MembershipStatus(membership.status)]:
        raise NotPossibleNow
    with _administrators_stay(actor):
        membership.status = status
        membership.save(update_fields=["status"])
    live.disconnect_user(membership.user_id)
    return membership


@transaction.atomic
def grant_role(*, actor: Actor, membership_id: int, module: Module, withheld: Iterable[Fine] = ()) -> Role:
    """Gives the module, less the fine permissions withheld, or changes what is withheld. Raises RoleNotHeld."""
    membership = _locked(actor, membership_id)
    kept = {permission for permission in withheld if permission in FINE_PERMISSIONS[module]}
    if not granted(module, kept) <= actor.permissions:
        raise RoleNotHeld
    with _administrators_stay(actor):
        role, _made = Role.objects.update_or_create(
            membership=membership, module=module, defaults={"withheld": sorted(permission.value for permission in kept)}
        )
    live.disconnect_user(membership.user_id)
    return role


@transaction.atomic
def take_role(*, actor: Actor, membership_id: int, module: Module) -> None:
    membership = _locked(actor, membership_id)
    with _administrators_stay(actor):
        Role.objects.filter(membership=membership, module=module).delete()
    live.disconnect_user(membership.user_id)


def _locked(actor: Actor, membership_id: int) -> Membership:
    """The client is locked first, so that two administrators cannot remove each other at once."""
    require(actor, MAY_ADMINISTER)
    Client.objects.select_for_update().get(pk=actor.client_id)
    membership = Membership.objects.filter(pk=membership_id, client_id=actor.client_id).select_related("user").first()
    if membership is None:
        raise NotFound
    return membership


@contextmanager
def _administrators_stay(actor: Actor) -> Iterator[None]:
    """Refuses what leaves a client that had an administrator without one, or the actor without access."""
    before = set(administrators_of(actor.client_id).values_list("pk", flat=True))
    yield
    after = set(administrators_of(actor.client_id).values_list("pk", flat=True))
    if actor.user_id in before - after:
        raise OwnAccess
    if before and not after:
        raise LastAdministrator
