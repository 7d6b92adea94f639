"""Static codes, and the test data of the sandbox."""

from typing import Any

from django.test import Client as Browser
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Client
from tests.charges.pages.conftest import LIST


def test_a_static_code_is_made_and_read_again(marina: Browser, shop: Client) -> None:
    made = marina.post(
        f"{LIST}/static-qr", {"key": "pix@loja.example", "name": "Loja São", "city": "São Paulo", "txid": "mesa-1"}
    )
    code = made.context["made"].pix_copy_and_paste
    assertContains(made, "mesa1")
    read = marina.post(f"{LIST}/static-qr", {"code": code})
    assert ("Pix key", "pix@loja.example") in read.context["lines"]


def test_what_a_code_says_is_named_for_people(marina: Browser, shop: Client) -> None:
    fields = {"key": "pix@loja.example", "name": "Loja", "city": "Natal"}
    made = marina.post(f"{LIST}/static-qr", fields)
    assertContains(made, "E-mail")
    assertNotContains(made, "EMAIL")
    read = marina.post(f"{LIST}/static-qr", {"code": made.context["made"].pix_copy_and_paste})
    lines = dict(read.context["lines"])
    assert (lines["Currency"], lines["Merchant category (MCC)"]) == ("986 (Brazilian real)", "0000 (not given)")


def test_a_txid_of_other_signs_is_refused_at_its_field(marina: Browser, shop: Client) -> None:
    fields = {"key": "pix@loja.example", "name": "Loja", "city": "Natal", "txid": "mesa_1"}
    assertContains(marina.post(f"{LIST}/static-qr", fields), "Use letters, digits and hyphens.", status_code=422)


def test_a_field_is_judged_while_the_form_is_filled_in(marina: Browser, shop: Client) -> None:
    typed = {"key": "61912345678", "name": "", "city": "Natal", "check": "key"}
    answer = marina.post(f"{LIST}/static-qr", typed)
    assertContains(answer, "A mobile number needs +55 in front.", count=1)
    assertNotContains(answer, "<h1")
    assertNotContains(marina.post(f"{LIST}/static-qr", {**typed, "check": "city"}), "err")


def test_everything_that_does_not_fit_is_said_at_once(marina: Browser, shop: Client) -> None:
    fields = {"key": "nobody", "name": "N" * 26, "city": "", "amount": "x", "txid": "mesa_1"}
    page = marina.post(f"{LIST}/static-qr", fields)
    assert page.status_code == 422
    assert set(page.context["make_form"].errors) == set(fields)
    assert page.context["make_form"].errors.as_data()["city"][0].code == "required"


def test_a_broken_code_is_refused_with_the_rule(marina: Browser, shop: Client) -> None:
    assertContains(marina.post(f"{LIST}/static-qr", {"code": "000201"}), "Read a code", status_code=422)


def test_test_data_exists_in_the_sandbox_alone(marina: Browser, shop: Client, settings: Any) -> None:
    assertContains(marina.get("/test-data"), "123.456.789-09")
    settings.SANDBOX = False
    assert marina.get("/test-data").status_code == 404
    assert marina.post(f"{LIST}/x/pay").status_code == 404
