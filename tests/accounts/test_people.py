"""Roles and credentials: nobody gives what they lack, nobody leaves a company without an administrator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.db import connection, transaction

from accounts import queries
from accounts.actions import credentials, people
from accounts.actions.clients import save_client
from accounts.bearer import note_use
from accounts.errors import LastAdministrator, NotAnAddress, NotPossibleNow, OwnAccess, RoleNotHeld, ScopeNotHeld
from accounts.models import Membership, User
from accounts.permissions import Fine, Module
from accounts.states import MembershipStatus
from core import clock, live
from core.actor import Actor
from core.errors import NotFound, PermissionMissing
from tests.factories import ClientFactory, MembershipFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db


def actor(membership: Membership) -> Actor:
    return queries.person(Membership.objects.get(pk=membership.pk), request_id=None)


@pytest.fixture
def boss() -> Membership:
    return MembershipFactory.create(modules=(Module.REPRESENTATIVES, Module.CHARGES))


def test_a_new_person_can_sign_in_by_e_mail() -> None:
    user = people.create_person(email="New@Example.com", first_name="Nova")
    assert user.email == "new@example.com"
    assert EmailAddress.objects.get(user=user).verified
    assert not user.has_usable_password()


def test_nobody_grants_a_role_they_lack(boss: Membership) -> None:
    other = MembershipFactory.create(client=boss.client)
    with pytest.raises(RoleNotHeld):
        people.grant_role(actor=actor(boss), membership_id=other.pk, module=Module.STATEMENT)


def test_nobody_grants_more_than_they_hold_inside_a_module() -> None:
    boss = MembershipFactory.create(modules=(Module.REPRESENTATIVES,))
    RoleFactory.create(membership=boss, module=Module.CHARGES, withheld=[Fine.REFUND.value])
    other = MembershipFactory.create(client=boss.client)
    with pytest.raises(RoleNotHeld):
        people.grant_role(actor=actor(boss), membership_id=other.pk, module=Module.CHARGES)
    role = people.grant_role(
        actor=actor(boss), membership_id=other.pk, module=Module.CHARGES, withheld=[Fine.REFUND, Fine.CAPTURE]
    )
    assert role.withheld == ["refund"]


def test_a_reader_of_representatives_changes_nobody(boss: Membership) -> None:
    reader = MembershipFactory.create(client=boss.client)
    RoleFactory.create(membership=reader, module=Module.REPRESENTATIVES, withheld=[Fine.WRITE.value])
    with pytest.raises(PermissionMissing):
        people.take_role(actor=actor(reader), membership_id=boss.pk, module=Module.CHARGES)


def test_the_membership_of_another_client_does_not_exist(boss: Membership) -> None:
    with pytest.raises(NotFound):
        people.take_role(actor=actor(boss), membership_id=MembershipFactory.create().pk, module=Module.CHARGES)


def test_nobody_locks_themselves_out(boss: Membership) -> None:
    MembershipFactory.create(client=boss.client, modules=(Module.REPRESENTATIVES,))
    with pytest.raises(OwnAccess):
        people.change_membership(actor=actor(boss), membership_id=boss.pk, status=MembershipStatus.INACTIVE)


def test_the_last_administrator_stays(boss: Membership) -> None:
    staff = queries.staff(UserFactory.create(is_staff=True), boss.client)
    with pytest.raises(LastAdministrator):
        people.take_role(actor=staff, membership_id=boss.pk, module=Module.REPRESENTATIVES)
    assert boss.roles.count() == 2


def test_staff_name_the_first_administrator_of_a_new_client() -> None:
    client = ClientFactory.create()
    staff = queries.staff(UserFactory.create(is_staff=True), client)
    membership = people.add_membership(actor=staff, user=UserFactory.create())
    people.grant_role(actor=staff, membership_id=membership.pk, module=Module.REPRESENTATIVES)
    assert actor(membership).may("REPRESENTATIVES:write")


def test_a_removed_membership_cannot_be_activated(boss: Membership) -> None:
    other = MembershipFactory.create(client=boss.client, status=MembershipStatus.REMOVED)
    with pytest.raises(NotPossibleNow):
        people.change_membership(actor=actor(boss), membership_id=other.pk, status=MembershipStatus.ACTIVE)


def test_who_was_removed_comes_back_with_a_new_membership_that_holds_no_roles(boss: Membership) -> None:
    old = MembershipFactory.create(client=boss.client, modules=(Module.CHARGES,), status=MembershipStatus.REMOVED)
    new = people.add_membership(actor=actor(boss), user=old.user)
    old.refresh_from_db()
    assert (old.status, new.status) == (MembershipStatus.REMOVED, MembershipStatus.ACTIVE)
    assert not new.roles.exists()


@pytest.mark.parametrize("status", [MembershipStatus.INVITED, MembershipStatus.ACTIVE, MembershipStatus.INACTIVE])
def test_adding_a_person_again_changes_nothing(boss: Membership, status: MembershipStatus) -> None:
    other = MembershipFactory.create(client=boss.client, status=status)
    with pytest.raises(NotPossibleNow):
        people.add_membership(actor=actor(boss), user=other.user)
    assert Membership.objects.get(user=other.user).status == status


def deactivate(user: User, by: User) -> None:
    user.is_active = False
    people.change_person(user=user, fields=["is_active"], by=by)


def test_the_last_administrator_of_any_client_is_not_deactivated(boss: Membership) -> None:
    MembershipFactory.create(user=boss.user, modules=(Module.CHARGES,))
    staff = UserFactory.create(is_staff=True)
    with pytest.raises(LastAdministrator):
        deactivate(boss.user, staff)
    boss.user.refresh_from_db()
    assert boss.user.is_active
    MembershipFactory.create(client=boss.client, modules=(Module.REPRESENTATIVES,))
    deactivate(boss.user, staff)
    boss.user.refresh_from_db()
    assert not boss.user.is_active


def test_nobody_deactivates_themselves() -> None:
    staff = UserFactory.create(is_staff=True)
    with pytest.raises(OwnAccess):
        deactivate(staff, staff)


@pytest.fixture
def disconnected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The people whose live pages were ended."""
    ended: list[int] = []
    monkeypatch.setattr(live, "disconnect_user", ended.append)
    return ended


def test_the_live_pages_of_a_deactivated_person_end(disconnected: list[int]) -> None:
    person = MembershipFactory.create(modules=(Module.CHARGES,)).user
    deactivate(person, UserFactory.create(is_staff=True))
    assert disconnected == [person.pk]


def test_the_live_pages_of_a_deactivated_client_end(disconnected: list[int]) -> None:
    member = MembershipFactory.create(client__document="11222333000181")
    MembershipFactory.create()
    save_client(by_staff=True, client=member.client)
    assert disconnected == []
    member.client.is_active = False
    save_client(by_staff=True, client=member.client)
    assert disconnected == [member.user_id]


def test_a_credential_lies_within_its_makers_modules(boss: Membership) -> None:
    with pytest.raises(ScopeNotHeld):
        credentials.create_credential(actor=actor(boss), name="erp", scopes=["webhooks.read"])
    issued = credentials.create_credential(actor=actor(boss), name="erp", scopes=["charges.write"])
    assert check_password(issued.secret, issued.application.client_secret)


def test_a_credential_names_addresses_and_networks_of_both_kinds_and_nothing_else(boss: Membership) -> None:
    said = [" 203.0.113.7", "203.0.113.9/24", "2001:db8::1", "2001:db8::/32"]
    issued = credentials.create_credential(actor=actor(boss), name="erp", scopes=[], allowed_addresses=said)
    assert issued.application.allowed_addresses == ["203.0.113.7", *said[1:]]
    for entry in ("loja", "", "203.0.113.0/33", "203.0.113.256", "https://203.0.113.7"):
        with pytest.raises(NotAnAddress, match=f"“{entry}”"):
            credentials.create_credential(actor=actor(boss), name="erp", scopes=[], allowed_addresses=[*said, entry])


def test_orders_write_needs_all_five_permissions() -> None:
    boss = MembershipFactory.create(modules=(Module.REPRESENTATIVES,))
    role = RoleFactory.create(membership=boss, module=Module.CREDIT_CARD, withheld=[Fine.REBUILD.value])
    with pytest.raises(ScopeNotHeld):
        credentials.create_credential(actor=actor(boss), name="erp", scopes=["orders.write"])
    role.delete()
    RoleFactory.create(membership=boss, module=Module.CREDIT_CARD)
    assert credentials.create_credential(actor=actor(boss), name="erp", scopes=["orders.write"])


def test_a_rotation_keeps_the_old_secret_for_a_day_and_a_revocation_ends_all(boss: Membership) -> None:
    first = credentials.create_credential(actor=actor(boss), name="erp", scopes=["charges.read"])
    began = clock.now()
    second = credentials.rotate_secret(actor=actor(boss), credential_id=first.application.pk)
    second.application.refresh_from_db()
    assert all(check_password(each.secret, second.application.client_secret) for each in (first, second))
    until = second.application.old_secret_until
    assert until
    assert abs(until - began - credentials.OVERLAP) < timedelta(seconds=10)
    credentials.revoke_credential(actor=actor(boss), credential_id=first.application.pk)
    with pytest.raises(NotPossibleNow):
        credentials.rotate_secret(actor=actor(boss), credential_id=first.application.pk)


def test_the_history_of_a_credential_tells_each_rotation_and_no_use(boss: Membership) -> None:
    application = credentials.create_credential(actor=actor(boss), name="erp", scopes=["charges.read"]).application
    note_use(application.pk, None)
    rotated = credentials.rotate_secret(actor=actor(boss), credential_id=application.pk).application
    application.refresh_from_db()
    assert application.last_used_at
    history = apps.get_model("accounts", "ApplicationEvent").objects.order_by("pgh_id")
    assert list(history.values_list("pgh_label", "secret_changed_at")) == [
        ("insert", None),
        ("update", rotated.secret_changed_at),
    ]


@pytest.mark.django_db(transaction=True)
def test_rows_of_a_company_are_written_while_its_people_are_administered(boss: Membership) -> None:
    user = UserFactory.create()

    def write_a_row() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            MembershipFactory.create(client=boss.client)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        people.add_membership(actor=actor(boss), user=user)
        pool.submit(write_a_row).result()
    assert Membership.objects.filter(client=boss.client).count() == 3
