"""Language and theme: before sign-in, after it, and in every later session."""

import pytest
from django.test import Client as Browser

from accounts.models import User
from tests.accounts.conftest import SignIn
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_language_can_be_chosen_before_sign_in() -> None:
    browser = Browser()
    assert '<html lang="pt-BR"' in browser.get("/login").content.decode()
    browser.post("/language", {"language": "en", "next": "/login"})
    page = browser.get("/login")
    assert '<html lang="en"' in page.content.decode()
    assert page["Content-Language"] == "en"


def test_the_language_is_remembered_for_the_person(sign_in: SignIn) -> None:
    user = MembershipFactory.create().user
    sign_in(user).post("/language", {"language": "en"})
    assert "Hello, Marina" in sign_in(User.objects.get(pk=user.pk)).get("/").content.decode()


def test_the_theme_is_remembered_for_the_person(sign_in: SignIn) -> None:
    user = MembershipFactory.create().user
    sign_in(user).post("/theme", {"theme": "dark"})
    assert 'data-bs-theme="dark"' in sign_in(User.objects.get(pk=user.pk)).get("/").content.decode()


def test_a_page_with_htmx_changes_its_theme_without_loading_again(sign_in: SignIn) -> None:
    answer = sign_in(UserFactory.create()).post("/theme", {"theme": "dark"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Trigger"] == '{"theme:changed": {"theme": "dark"}}'


@pytest.mark.parametrize(("address", "field"), [("/language", "language"), ("/theme", "theme")])
def test_what_is_not_offered_is_not_kept(sign_in: SignIn, address: str, field: str) -> None:
    user = UserFactory.create()
    answer = sign_in(user).post(address, {field: "klingon", "next": "//evil.example"})
    assert answer["Location"] == "/"
    assert getattr(User.objects.get(pk=user.pk), field) == ""
