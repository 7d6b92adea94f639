"""The frame and the dashboard show what the person may use, and nothing else."""

import pytest
from django.test import Client as Browser

from accounts.permissions import Module, read
from core.web import modules
from tests.accounts.conftest import SignIn
from tests.factories import MembershipFactory


@pytest.fixture(autouse=True)
def two_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        modules.Entry("customer-selector", "Selector of tests", "users", "First", read(Module.CHARGES), 1, "a card"),
        modules.Entry("account_login", "Sign-in of tests", "key", "Second", read(Module.WEBHOOK), 2),
    ]
    monkeypatch.setattr(modules, "_entries", entries)


@pytest.mark.django_db
def test_only_permitted_modules_are_shown(sign_in: SignIn) -> None:
    page = sign_in(MembershipFactory.create(modules=(Module.CHARGES,)).user).get("/").content.decode()
    assert page.count("Selector of tests") == 2  # in the navigation and as a card
    assert "Sign-in of tests" not in page


@pytest.mark.django_db
def test_a_person_without_roles_is_told_whom_to_ask(sign_in: SignIn) -> None:
    page = sign_in(MembershipFactory.create().user).get("/").content.decode()
    assert "não abrem nenhuma página" in page


@pytest.mark.django_db
def test_the_documentation_is_found_from_every_page_and_leads_back_to_the_portal(sign_in: SignIn) -> None:
    browser = sign_in(MembershipFactory.create().user)
    assert '<footer><a href="/docs">Documentação</a></footer>' in browser.get("/").content.decode()
    guide = browser.get("/docs", follow=True)
    assert guide.redirect_chain == [("/docs/webhooks", 302)]
    assert "Voltar ao portal" in guide.content.decode()


@pytest.mark.django_db
def test_the_documentation_is_open_to_everybody_and_leads_strangers_nowhere_back() -> None:
    guide = Browser().get("/docs", follow=True)
    assert guide.status_code == 200
    assert "Voltar ao portal" not in guide.content.decode()


def test_the_closest_entry_is_the_current_one() -> None:
    [group] = modules.navigation_for(frozenset({read(Module.WEBHOOK)}), "/login/more")
    assert (group.label, [item.current for item in group.items]) == ("Second", [True])
    assert not modules.navigation_for(frozenset({read(Module.WEBHOOK)}), "/loginx")[0].items[0].current
