"""The administration: the same actions, each recorded with the member of staff."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Application, Client, Membership, User
from accounts.permissions import Module
from accounts.states import MembershipStatus
from tests.accounts.conftest import SignIn
from tests.factories import ApplicationFactory, ClientFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(sign_in: SignIn) -> Browser:
    return sign_in(UserFactory.create(is_staff=True, is_superuser=True, first_name="Equipe", last_name="AstraPay"))


def test_every_page_of_accounts_opens(staff: Browser) -> None:
    membership = MembershipFactory.create(modules=(Module.CHARGES,))
    ApplicationFactory.create(tenant=membership.client)
    for model in apps.get_app_config("accounts").get_models():
        if staff.get(f"/admin/accounts/{model._meta.model_name}/").status_code == 404:
            continue
        for row in model._default_manager.all()[:1]:
            page = staff.get(f"/admin/accounts/{model._meta.model_name}/{row.pk}/change/")
            assert page.status_code == 200, model


def test_the_history_says_what_was_done_to_whom_in_words(staff: Browser) -> None:
    client = ClientFactory.create(trade_name="Loja Velha")
    client.trade_name = "Loja Nova"
    client.save(update_fields=["trade_name"])
    page = staff.get("/admin/accounts/clientevent/?done=update").content.decode()
    assert "Mudança" in page
    assert "Loja Nova" in page
    assert "ClientEvent object" not in page
    assert "Criação" not in re.sub(r"<form.*?</form>|<a[^>]*>.*?</a>", "", page, flags=re.DOTALL)


NEW_CLIENT = {
    "legal_name": "Loja Nova Ltda.",
    "trade_name": "Loja Nova",
    "document": "11222333000181",
    "time_zone": "America/Sao_Paulo",
    "brcode_name": "LOJA NOVA",
    "brcode_city": "SAO PAULO",
    "merchant_category": "5999",
    "default_expiration": "3600",
    "largest_charge": "1000",
    "is_active": "on",
}


def test_a_new_client_gets_its_public_id(staff: Browser) -> None:
    assert staff.post("/admin/accounts/client/add/", NEW_CLIENT).status_code == 302
    assert re.fullmatch(r"cli_[a-z0-9]{16}", Client.objects.get(trade_name="Loja Nova").public_id)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("document", "xx"),
        ("document", "11222333000182"),
        ("pix_key", "not a key"),
        ("brcode_name", "A “B”"),
        ("brcode_city", "Linha\tnova"),
        ("merchant_category", "1"),
        ("merchant_category", "５９９９"),
        ("time_zone", "Mars/Base"),
    ],
)
def test_what_no_charge_could_carry_is_refused_at_its_field(staff: Browser, field: str, text: str) -> None:
    page = staff.post("/admin/accounts/client/add/", {**NEW_CLIENT, field: text})
    assert list(page.context["adminform"].form.errors) == [field]
    assert not Client.objects.exists()


def test_what_the_staff_types_is_kept_in_the_form_that_codes_carry(staff: Browser) -> None:
    typed = {"document": "12.abc.345/01de-35", "pix_key": "Pix@Ipe.Example", "brcode_name": " Clínica Ipê"}
    assert staff.post("/admin/accounts/client/add/", {**NEW_CLIENT, **typed}).status_code == 302
    kept = Client.objects.get()
    assert (kept.document, kept.pix_key, kept.brcode_name) == ("12ABC34501DE35", "pix@ipe.example", "Clinica Ipe")


def test_a_cnpj_is_taken_in_whichever_way_it_is_written(staff: Browser) -> None:
    ClientFactory.create(document="11222333000181")
    page = staff.post("/admin/accounts/client/add/", {**NEW_CLIENT, "document": "11.222.333/0001-81"})
    assert list(page.context["adminform"].form.errors) == ["document"]


@pytest.mark.django_db(transaction=True)
def test_a_new_person_gets_a_link_instead_of_a_typed_password_once_they_are_saved(
    staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsaved: list[bool] = []
    really = mail.EmailMessage.send

    def send(letter: mail.EmailMessage, *args: Any, **how: Any) -> int:
        unsaved.append(connection.in_atomic_block)
        return really(letter, *args, **how)

    monkeypatch.setattr(mail.EmailMessage, "send", send)
    answer = staff.post("/admin/accounts/user/add/", {"email": "nova@example.com", "first_name": "Nova"})
    assert unsaved == [False]
    assert answer.status_code == 302
    assert not User.objects.get(email="nova@example.com").has_usable_password()
    assert mail.outbox[0].to == ["nova@example.com"]


def test_roles_are_given_through_the_action_and_recorded(staff: Browser) -> None:
    membership = MembershipFactory.create()
    form = {"roles-TOTAL_FORMS": "1", "roles-INITIAL_FORMS": "0", "roles-0-module": "CHARGES"}
    form |= {"roles-0-withheld": "refund", "roles-0-membership": str(membership.pk)}
    assert staff.post(f"/admin/accounts/membership/{membership.pk}/change/", form).status_code == 302
    assert [(role.module, role.withheld) for role in membership.roles.all()] == [("CHARGES", ["refund"])]
    recorded = apps.get_model("accounts", "RoleEvent").objects.get()
    assert (recorded.pgh_context["actor"], recorded.pgh_context["channel"]) == ("Equipe AstraPay", "ADMIN")


def test_a_role_stays_in_its_module_and_changes_in_what_is_withheld(staff: Browser) -> None:
    membership = MembershipFactory.create(modules=(Module.CHARGES,))
    form = {"roles-TOTAL_FORMS": "1", "roles-INITIAL_FORMS": "1", "roles-0-id": str(membership.roles.get().pk)}
    form |= {"roles-0-module": "STATEMENT", "roles-0-withheld": "refund", "roles-0-membership": str(membership.pk)}
    assert staff.post(f"/admin/accounts/membership/{membership.pk}/change/", form).status_code == 302
    assert [(role.module, role.withheld) for role in membership.roles.all()] == [("CHARGES", ["refund"])]


def test_a_membership_is_deactivated_only_after_a_question(staff: Browser) -> None:
    membership = MembershipFactory.create()
    address = button(staff, membership, "deactivate")
    assert staff.get(address).status_code == 200
    assert Membership.objects.get(pk=membership.pk).status == MembershipStatus.ACTIVE
    staff.post(address)
    assert Membership.objects.get(pk=membership.pk).status == MembershipStatus.INACTIVE


def test_what_an_action_refuses_is_said(staff: Browser) -> None:
    membership = MembershipFactory.create(modules=(Module.REPRESENTATIVES,))
    page = staff.post(button(staff, membership, "deactivate"), follow=True).content.decode()
    assert "A empresa mantém ao menos um administrador ativo" in page


def test_a_secret_is_shown_once_and_kept_nowhere(staff: Browser) -> None:
    form = {
        "tenant": str(ClientFactory.create().pk),
        "name": "erp",
        "scopes": ["charges.write"],
        "allowed_addresses": "",
    }
    page = staff.post("/admin/accounts/application/add/", form)
    assert "no-store" in page["Cache-Control"]
    secrets = re.findall(r"<code>(\S+)</code>", page.content.decode())
    credential = Application.objects.get(name="erp")
    assert secrets[0] == credential.client_id
    assert secrets[1] not in credential.client_secret
    assert secrets[1] not in staff.get(f"/admin/accounts/application/{credential.pk}/change/").content.decode()


def test_an_entry_that_is_no_address_is_named_at_its_field(staff: Browser) -> None:
    form = {"tenant": str(ClientFactory.create().pk), "name": "erp", "scopes": ["charges.write"]}
    page = staff.post("/admin/accounts/application/add/", {**form, "allowed_addresses": "203.0.113.7,loja"})
    [sentence] = page.context["adminform"].form.errors["allowed_addresses"]
    assert "“loja”" in sentence
    assert not Application.objects.exists()


def test_the_page_of_a_credential_says_when_its_secret_changed(staff: Browser) -> None:
    credential = ApplicationFactory.create()
    staff.post(button(staff, credential, "rotate"))
    credential.refresh_from_db()
    page = staff.get(f"/admin/accounts/application/{credential.pk}/change/")
    shown = [field.contents() for line in page.context["adminform"] for row in line for field in row]
    assert date_format(timezone.localtime(credential.secret_changed_at), "DATETIME_FORMAT") in shown


def test_a_revocation_is_asked_first(staff: Browser) -> None:
    credential = ApplicationFactory.create()
    address = button(staff, credential, "revoke")
    assert staff.get(address).status_code == 200
    assert Application.objects.get(pk=credential.pk).revoked_at is None
    staff.post(address)
    assert Application.objects.get(pk=credential.pk).revoked_at is not None


def button(staff: Browser, row: Application | Membership, name: str) -> str:
    """The address behind a button of the row's page."""
    page = staff.get(f"/admin/accounts/{row._meta.model_name}/{row.pk}/change/").content.decode()
    [address] = re.findall(rf'href="(/admin/[^"]*[/_-]{name}[^"]*)"', page)
    return str(address)


def test_every_entry_of_the_side_navigation_opens(staff: Browser) -> None:
    page = staff.get("/admin/").content.decode()
    for address in ("/admin/accounts/client/", "/admin/charges/charge/", "/admin/accounts/roleevent/"):
        assert f'href="{address}"' in page
        assert staff.get(address).status_code == 200
