"""The pages of charges where only a real browser shows what they promise."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.steps import create_charge, heard, pay, sign_in
from tests.running import RunningPortal

pytestmark = pytest.mark.browser

LONG_WORDS = {"debtor": {"name": "N" * 175}, "userReference": "r" * 77}
TOO_WIDE = "[...document.querySelectorAll('html, .scroll-x')].filter((box) => box.scrollWidth > box.clientWidth).length"


@pytest.fixture
def page(context: BrowserContext, portal: RunningPortal) -> Page:
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    return page


@pytest.mark.parametrize("width", [1366, 390])
def test_a_long_word_takes_the_room_of_nothing_else(page: Page, portal: RunningPortal, width: int) -> None:
    txid = portal.merchant().call("POST", "/v1/dynamic", {"amount": 123.45, **LONG_WORDS}).json()["txid"]
    pay(portal, txid)
    page.set_viewport_size({"width": width, "height": 900})
    for address in (
        f"/charges/{txid}",
        f"/charges/{txid}/refund",
        f"/transactions/orders/{txid}",
        "/charges?period=today",
        "/transactions/orders?period=today",
    ):
        page.goto(address)
        assert page.evaluate(TOO_WIDE) == 0, address


def test_what_is_wrong_with_a_pix_of_the_sandbox_stays_at_its_field_whatever_news_arrive(
    page: Page, portal: RunningPortal
) -> None:
    txid = create_charge(page, "321,48")
    page.get_by_text("Outro valor ou pagador").click()
    document = page.get_by_label("CPF/CNPJ de outro pagador")
    document.fill("111")
    page.get_by_role("button", name="Pagar agora").click()
    expect(page.locator("#pay-document_error")).to_contain_text("CPF")
    expect(document).to_be_focused()
    portal.merchant().call("PATCH", f"/v1/dynamic/{txid}", {"amount": 421.48})
    page.wait_for_timeout(2_000)
    expect(document).to_have_value("111")
    expect(page).to_have_url(f"{portal.url}/charges/{txid}")
    document.fill("390.533.447-05")
    page.get_by_role("button", name="Pagar agora").click()
    expect(page.locator("h1")).to_contain_text("Paga")


def test_rows_of_information_are_added_and_removed_by_the_keyboard(page: Page) -> None:
    page.goto("/charges/new")
    page.get_by_role("button", name="Adicionar informação").press("Enter")
    expect(page.locator("#information-2")).to_be_focused()
    heard(page)
    page.keyboard.type("Filial")
    page.get_by_role("button", name="Remover informação 1").press("Enter")
    expect(page.locator("#information-1")).to_be_focused()
    expect(page.locator("#information-1")).to_have_value("Filial")


def test_a_cpf_beside_a_cnpj_marks_the_cnpj_whichever_is_typed_last(page: Page) -> None:
    page.goto("/charges/new")
    cnpj, cpf = page.locator("#id_cnpj"), page.locator("#id_cpf")
    cnpj.fill("11.222.333/0001-81")
    cpf.fill("390.533.447-05")
    cpf.press("Tab")
    expect(page.locator("#id_cnpj_error")).to_contain_text("CPF ou")
    expect(cnpj).to_have_attribute("aria-invalid", "true")
    cpf.fill("")
    cpf.press("Tab")
    expect(cnpj).to_have_attribute("aria-invalid", "false")


def test_a_refusal_on_a_page_of_its_own_replaces_the_form(page: Page, portal: RunningPortal) -> None:
    txid = portal.merchant().call("POST", "/v1/dynamic", {"amount": 123.45}).json()["txid"]
    pay(portal, txid)
    page.goto(f"/charges/{txid}/refund")
    page.get_by_label("Uma parte").check()
    page.locator("input[name=amount]").fill("x")
    page.get_by_role("button", name="Reembolsar").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("input[name=amount]")).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)
