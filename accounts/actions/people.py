"""People, their memberships in a client, and the roles that a membership holds (STATES.md 12)."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

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
def change_person(*, user: User, fields: Iterable[str], by: User) -> User:
    """Saves these fields of the person alone. Who is deactivated is gone at once, from every client: raises OwnAccess
    and LastAdministrator."""
    user.full_clean(exclude=["password"])
    names = list(fields)
    if "is_active" not in names:
        user.save(update_fields=names)
        return user
    if user.pk == by.pk:
        raise OwnAccess
    with ExitStack() as rules:
        for client_id in _locked_clients_of(user):
            rules.enter_context(_administrators_stay(client_id, by.pk))
        user.save(update_fields=names)
    live.disconnect_user(user.pk)
    return user


@transaction.atomic
def add_membership(*, actor: Actor, user: User) -> Membership:
    """Makes the person a representative of the actor's client, without roles yet: also one who was removed before.
    Raises NotPossibleNow for who is one already."""
    require(actor, MAY_ADMINISTER)
    Client.objects.select_for_update(no_key=True).get(pk=actor.client_id)
    present = Membership.objects.filter(user=user, client_id=actor.client_id).exclude(status=MembershipStatus.REMOVED)
    if present.exists():
        raise NotPossibleNow
    return Membership.objects.create(user=user, client_id=actor.client_id)


@transaction.atomic
def change_membership(*, actor: Actor, membership_id: int, status: MembershipStatus) -> Membership:
    """Acts on the person's very next request. Raises NotPossibleNow, OwnAccess and LastAdministrator."""
    membership = _locked(actor, membership_id)
    if status not in MEMBERSHIP_TRANSITIONS[MembershipStatus(membership.status)]:
        raise NotPossibleNow
    with _administrators_stay(actor.client_id, actor.user_id):
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
    with _administrators_stay(actor.client_id, actor.user_id):
        role, _made = Role.objects.update_or_create(
            membership=membership, module=module, defaults={"withheld": sorted(permission.value for permission in kept)}
        )
    live.disconnect_user(membership.user_id)
    return role


@transaction.atomic
def take_role(*, actor: Actor, membership_id: int, module: Module) -> None:
    membership = _locked(actor, membership_id)
    with _administrators_stay(actor.client_id, actor.user_id):
        Role.objects.filter(membership=membership, module=module).delete()
    live.disconnect_user(membership.user_id)


def _locked(actor: Actor, membership_id: int) -> Membership:
    """The client is locked first, so that two administrators cannot remove each other at once."""
    require(actor, MAY_ADMINISTER)
    Client.objects.select_for_update(no_key=True).get(pk=actor.client_id)
    membership = Membership.objects.filter(pk=membership_id, client_id=actor.client_id).select_related("user").first()
    if membership is None:
        raise NotFound
    return membership


def _locked_clients_of(user: User) -> list[int]:
    """Always locked in the same order."""
    clients = Client.objects.filter(pk__in=user.memberships.values("client_id")).order_by("pk")
    return list(clients.select_for_update(no_key=True).values_list("pk", flat=True))


@contextmanager
def _administrators_stay(client_id: int, acting_user_id: int | None) -> Iterator[None]:
    """Refuses what leaves a client that had an administrator without one, or the acting person without access."""
    before = set(administrators_of(client_id).values_list("pk", flat=True))
    yield
    after = set(administrators_of(client_id).values_list("pk", flat=True))
    if acting_user_id in before - after:
        raise OwnAccess
    if before and not after:
        raise LastAdministrator
