"""Sign-in: it works, it locks, and it tells nobody who has an account."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client as Browser

from accounts.permissions import Module
from tests.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
LOCKED = "Too many wrong passwords"


@pytest.fixture
def browser() -> Browser:
    browser = Browser()
    browser.cookies["astrapay_language"] = "en"
    return browser


def attempt(browser: Browser, email: str, password: str, address: str = "127.0.0.1") -> str:
    answer = browser.post("/login", {"login": email, "password": password}, REMOTE_ADDR=address)
    return "in" if answer.status_code == 302 else alert_of(answer.content.decode())


def alert_of(page: str) -> str:
    found = re.search(r'role="alert">.*?<div>(.*?)</div>', page, re.DOTALL)
    return found[1].strip() if found else ""


def test_the_right_password_leads_to_the_page_that_was_asked_for(browser: Browser) -> None:
    membership = MembershipFactory.create()
    answer = browser.post("/login?next=/customer-selector", {"login": membership.user.email, "password": PASSWORD})
    assert answer["Location"] == "/customer-selector"


def test_a_page_of_the_portal_sends_strangers_to_the_sign_in(browser: Browser) -> None:
    assert browser.get("/")["Location"] == "/login?next=/"


def test_a_form_sent_after_the_session_ended_is_said_not_to_have_been_sent(browser: Browser) -> None:
    sign_in = browser.post("/charges/new", {"amount": "10"}, follow=True)
    assert "Your session has ended and nothing was sent." in sign_in.content.decode()


@pytest.mark.parametrize("ask", ["check", "add_row", "refresh"])
def test_a_page_whose_session_ended_stays_as_it_is_when_only_a_part_of_it_asks(browser: Browser, ask: str) -> None:
    headers = {"HX-Request": "true", **({"HX-Trigger-Name": ask} if ask == "add_row" else {})}
    if ask == "refresh":
        answer = browser.get("/charges", headers=headers)
    else:
        answer = browser.post("/charges/new", {"amount": "10", ask: "amount"}, headers=headers)
    assert (answer.status_code, answer["HX-Reswap"], answer["HX-Push-Url"]) == (401, "none", "false")
    assert "HX-Redirect" not in answer
    assert "Sign in again in another tab, then go on here." in answer.content.decode()
    assert 'href="/login" target="_blank"' in answer.content.decode()


def test_a_form_sent_by_htmx_after_the_session_ended_leads_to_the_sign_in(browser: Browser) -> None:
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/charges/astra1"}
    assert browser.post("/charges/astra1/refund", headers=page)["HX-Redirect"] == "/login?next=/charges/astra1"


ENDED = "Your session has ended. Sign in to go on."


def test_the_end_of_a_session_is_said_once_and_only_to_those_who_had_one(browser: Browser) -> None:
    assert ENDED not in browser.get("/charges", follow=True).content.decode()
    browser.force_login(MembershipFactory.create().user)
    Session.objects.all().delete()
    assert ENDED in browser.get("/charges", follow=True).content.decode()
    assert ENDED not in browser.get("/charges", follow=True).content.decode()


def test_who_signed_out_is_not_told_that_the_session_has_ended(browser: Browser) -> None:
    browser.force_login(MembershipFactory.create().user)
    browser.post("/logout")
    assert ENDED not in browser.get("/charges", follow=True).content.decode()


def test_a_page_of_one_person_is_refused_once_another_has_signed_in(browser: Browser) -> None:
    first, second = MembershipFactory.create().user, MembershipFactory.create().user
    browser.force_login(second)
    by_form = browser.post("/theme", {"theme": "dark", "person": first.pk})
    by_htmx = browser.post("/theme", {"theme": "dark"}, headers={"X-Person": str(first.pk)})
    for refused in (by_form, by_htmx):
        assert refused.status_code == 409
        assert "made for another person" in refused.content.decode()
    second.refresh_from_db()
    assert second.theme == ""
    assert browser.post("/theme", {"theme": "dark", "person": second.pk}).status_code == 302


ONLY_TAKES_FORMS = "/charges/astra1/pay"


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/charges/astra1?whole", "/charges/astra1?whole"),
        (f"http://testserver{ONLY_TAKES_FORMS}", "/"),
        ("https://evil.example/charges/astra1", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_again_a_person_is_on_the_page_that_held_the_form(
    browser: Browser, referer: str, leads_to: str
) -> None:
    sent = browser.post(ONLY_TAKES_FORMS, headers={"referer": referer})
    membership = MembershipFactory.create()
    answer = browser.post(sent["Location"], {"login": membership.user.email, "password": PASSWORD})
    assert answer["Location"] == leads_to


def test_the_language_is_not_changed_into_an_address_that_only_takes_forms(browser: Browser) -> None:
    assert browser.post("/language", {"language": "en", "next": ONLY_TAKES_FORMS})["Location"] == "/"
    assert browser.post("/language", {"language": "en", "next": "/nothing/here"})["Location"] == "/nothing/here"


def test_a_method_that_an_address_does_not_answer_gets_a_page_of_the_portal_in_the_persons_language(
    browser: Browser,
) -> None:
    browser.force_login(MembershipFactory.create(modules=(Module.CHARGES,)).user)
    refused = browser.get(ONLY_TAKES_FORMS)
    assert (refused.status_code, refused["Allow"]) == (405, "POST")
    assert "This address cannot be opened by itself" in refused.content.decode()
    browser.cookies["astrapay_language"] = "pt-br"
    assert "Este endereço não abre sozinho" in browser.get(ONLY_TAKES_FORMS).content.decode()
    assert "<body" in browser.post("/docs/api").content.decode()
    assert browser.put("/v1/dynamic")["Content-Type"] == "application/json"


def test_the_attempt_after_ten_failures_is_refused_even_with_the_right_password_and_from_elsewhere(
    browser: Browser,
) -> None:
    user = UserFactory.create()
    for number in range(10):
        assert "not right" in attempt(browser, user.email, "wrong", address=f"10.0.0.{number}")
    assert LOCKED in attempt(browser, user.email, PASSWORD, address="10.0.1.1")


def test_the_lock_speaks_the_same_to_unknown_e_mails(browser: Browser) -> None:
    UserFactory.create(email="known@example.com")
    for _number in range(10):
        known, unknown = (attempt(browser, f"{name}@example.com", "wrong") for name in ("known", "unknown"))
        assert known == unknown
    known, unknown = (attempt(browser, f"{name}@example.com", "wrong") for name in ("known", "unknown"))
    assert known == unknown
    assert LOCKED in known


def test_the_lock_reads_well_in_portuguese() -> None:
    browser = Browser()
    for _number in range(10):
        attempt(browser, "alguem@example.com", "errada")
    assert "Senhas erradas demais" in attempt(browser, "alguem@example.com", "errada")


def test_asking_for_a_reset_answers_known_and_unknown_e_mails_alike(browser: Browser) -> None:
    user = UserFactory.create()
    answers = [browser.post("/password/reset", {"email": email}) for email in (user.email, "nobody@example.com")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/password/reset/sent")}
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_the_reset_link_changes_the_password_once(browser: Browser) -> None:
    user = UserFactory.create()
    browser.post("/password/reset", {"email": user.email})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    form = browser.get(link[1])["Location"]
    browser.post(form, {"password1": "Another-Password-2!", "password2": "Another-Password-2!"})
    user.refresh_from_db()
    assert user.check_password("Another-Password-2!")
    assert "not valid any more" in Browser().get(link[1], headers={"cookie": "astrapay_language=en"}).content.decode()


def test_a_weak_new_password_is_refused(browser: Browser) -> None:
    user = UserFactory.create()
    browser.post("/password/reset", {"email": user.email})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    form = browser.get(link[1])["Location"]
    page = browser.post(form, {"password1": "onlyletters", "password2": "onlyletters"}).content.decode()
    assert "Use an upper-case and a lower-case letter" in page
    assert 'aria-invalid="true"' in page


def test_nobody_registers_alone(browser: Browser) -> None:
    page = browser.post("/signup", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert "Access is given by your company" in page.content.decode()


def test_the_administration_has_no_sign_in_of_its_own(browser: Browser) -> None:
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")
    assert browser.get("/admin/login/")["Location"].startswith("/login")
