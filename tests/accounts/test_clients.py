"""Which client a person works for: chosen, kept, switched, and never mixed up."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from accounts.actions.clients import RULES, save_client
from accounts.models import Client, Membership, User
from accounts.permissions import Module
from accounts.states import MembershipStatus
from tests.accounts.conftest import SignIn
from tests.factories import ClientFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> list[Membership]:
    """A person with two clients."""
    user = UserFactory.create()
    return [MembershipFactory.create(user=user, client__trade_name=name) for name in ("Loja Norte", "Loja Sul")]


def choose(browser: Browser, client: Client, **more: str) -> None:
    browser.post("/customer-selector", {"choice": client.public_id, **more})


def test_a_person_with_several_clients_must_answer_the_selector(two: list[Membership], sign_in: SignIn) -> None:
    browser = sign_in(two[0].user)
    assert browser.get("/")["Location"] == "/customer-selector"
    page = browser.get("/customer-selector").content.decode()
    assert "data-required" in page
    assert all(membership.client.trade_name in page for membership in two)


def test_the_choice_persists_over_sessions(two: list[Membership], sign_in: SignIn) -> None:
    choose(sign_in(two[0].user), two[1].client)
    page = sign_in(two[0].user).get("/").content.decode()
    assert two[1].client.trade_name in page


def test_choosing_leads_back_but_never_to_another_site(two: list[Membership], sign_in: SignIn) -> None:
    browser = sign_in(two[0].user)
    asked = {"choice": two[0].client.public_id}
    assert browser.post("/customer-selector", {**asked, "next": "/?page=2"})["Location"] == "/?page=2"
    for foreign in ("https://evil.example/", "//evil.example/", "http://testserver//evil.example/"):
        assert browser.post("/customer-selector", {**asked, "next": foreign})["Location"] == "/"


def test_a_person_with_one_client_never_sees_the_selector(sign_in: SignIn) -> None:
    membership = MembershipFactory.create()
    page = sign_in(membership.user).get("/")
    assert page.status_code == 200
    assert 'href="/customer-selector"' not in page.content.decode()


def test_a_client_that_the_person_does_not_represent_cannot_be_chosen(two: list[Membership], sign_in: SignIn) -> None:
    answer = sign_in(two[0].user).post("/customer-selector", {"choice": ClientFactory.create().public_id})
    assert answer.status_code == 404
    assert User.objects.get(pk=two[0].user_id).chosen_client is None


def test_a_stale_page_is_refused_and_changes_nothing(two: list[Membership], sign_in: SignIn) -> None:
    browser = sign_in(two[0].user)
    choose(browser, two[0].client)
    old = two[1].client.public_id
    by_form = browser.post("/theme", {"theme": "dark", "client": old})
    by_htmx = browser.post("/theme", {"theme": "dark"}, headers={"X-Client": old, "HX-Request": "true"})
    assert (by_form.status_code, by_htmx.status_code, by_htmx["HX-Retarget"]) == (409, 409, "body")
    for refusal in (by_form, by_htmx):
        assert "<body" in refusal.content.decode()
        assert "outra empresa" in refusal.content.decode()
    assert User.objects.get(pk=two[0].user_id).theme == ""


HTMX = {"HX-Request": "true"}


def test_a_background_request_of_a_stale_page_leaves_it_and_names_both_companies(
    two: list[Membership], sign_in: SignIn
) -> None:
    browser = sign_in(two[0].user)
    choose(browser, two[0].client)
    headers = {**HTMX, "X-Client": two[1].client.public_id}
    for answer in (
        browser.post("/charges/new", {"check": "amount"}, headers=headers),
        browser.get("/charges", headers=headers),
    ):
        assert (answer.status_code, answer["HX-Reswap"]) == (409, "none")
        assert "HX-Retarget" not in answer
        notice = answer.content.decode()
        assert "<body" not in notice
        assert "foi aberta para Loja Sul, e agora você trabalha para Loja Norte" in notice
        assert 'href="/customer-selector" target="_blank"' in notice


@pytest.mark.parametrize(
    ("page", "opens"), [("/charges/new?copy=1", "/charges/new?copy=1"), ("/charges/astra1", "/"), ("/elsewhere", "/")]
)
def test_a_form_of_a_stale_page_offers_to_go_on_as_either_company(
    two: list[Membership], sign_in: SignIn, page: str, opens: str
) -> None:
    browser = sign_in(two[0].user)
    choose(browser, two[0].client)
    old = two[1].client
    refused = browser.post(page, {"client": old.public_id}, headers={"referer": f"http://testserver{page}"})
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert "foi aberta para Loja Sul, e agora você trabalha para Loja Norte" in shown
    assert f'name="choice" value="{old.public_id}">Continuar como Loja Sul<' in shown
    assert f'name="next" value="{page}"' in shown
    assert f'<a class="btn" href="{opens}">' in shown
    assert ("Abrir esta página para Loja Norte" in shown) == (opens == page)


def test_a_stale_page_names_no_company_that_the_person_does_not_represent(
    two: list[Membership], sign_in: SignIn
) -> None:
    browser = sign_in(two[0].user)
    choose(browser, two[0].client)
    foreign = ClientFactory.create(trade_name="Alheia")
    refused = browser.post("/theme", {"client": foreign.public_id})
    asked = browser.get("/charges", headers={**HTMX, "X-Client": foreign.public_id})
    for answer in (refused, asked):
        assert answer.status_code == 409
        assert "outra empresa" in answer.content.decode()
        assert "Alheia" not in answer.content.decode()


def test_the_selector_opens_on_a_stale_page(two: list[Membership], sign_in: SignIn) -> None:
    browser = sign_in(two[0].user)
    choose(browser, two[0].client)
    asked = browser.get("/customer-selector", headers={**HTMX, "X-Client": two[1].client.public_id})
    assert asked.status_code == 200


def test_a_deactivated_membership_acts_on_the_very_next_request(two: list[Membership], sign_in: SignIn) -> None:
    browser = sign_in(two[0].user)
    choose(browser, two[0].client)
    two[0].status = MembershipStatus.INACTIVE
    two[0].save()
    assert two[0].client.trade_name not in browser.get("/").content.decode()


def test_a_person_without_any_membership_is_told_so(sign_in: SignIn) -> None:
    browser = sign_in(UserFactory.create())
    page = browser.get("/", follow=True)
    assert "Você não representa nenhum cliente agora" in page.content.decode()


def test_staff_are_not_representatives(sign_in: SignIn) -> None:
    ClientFactory.create()
    browser = sign_in(UserFactory.create(is_staff=True, is_superuser=True))
    assert browser.get("/")["Location"] == "/customer-selector"
    page = browser.get("/customer-selector").content.decode()
    assert "Você não representa nenhum cliente agora" in page
    assert "/admin/" in page


def test_representatives_may_not_open_the_administration(sign_in: SignIn) -> None:
    browser = sign_in(MembershipFactory.create(modules=tuple(Module)).user)
    assert browser.get("/admin/").status_code == 302


def test_a_client_is_saved_with_nothing_that_breaks_its_charges_or_pages_and_all_of_it_is_said_at_once() -> None:
    bad = dict.fromkeys(RULES, "“")
    with pytest.raises(ValidationError) as refused:
        save_client(by_staff=True, client=ClientFactory.build(**bad))
    assert set(refused.value.message_dict) == set(RULES)
    assert not Client.objects.exists()


def test_a_client_may_be_without_a_pix_key() -> None:
    client = save_client(by_staff=True, client=ClientFactory.build(document="11222333000181", pix_key=" "))
    assert Client.objects.get(pk=client.pk).pix_key == ""
