"""Who works for whom, in a page that stays open while that changes."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.steps import create_charge, heard, pay, sign_in, work_for
from tests.running import RunningPortal

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context: BrowserContext, portal: RunningPortal) -> Page:
    """Of somebody with two companies, who works for the first."""
    page = context.new_page()
    sign_in(page, portal, "rafael@astrapay.example")
    page.goto("/customer-selector")
    work_for(page, "Loja Modelo")
    return page


def open_as_dialog(page: Page) -> None:
    page.locator("nav.side .client").click()


def open_as_page(page: Page) -> None:
    page.goto("/customer-selector")


@pytest.mark.parametrize("opened", [open_as_page, open_as_dialog])
def test_the_selector_continues_only_as_a_company_that_can_be_seen(page: Page, opened: object) -> None:
    assert callable(opened)
    opened(page)
    dialog = page.get_by_role("dialog")
    search, go_on = dialog.get_by_role("searchbox"), dialog.get_by_role("button", name="Continuar como")
    search.fill("nada assim")
    expect(dialog.get_by_text("Nenhuma empresa encontrada")).to_be_visible()
    expect(go_on).to_be_disabled()
    search.press("Enter")
    expect(dialog).to_be_visible()
    search.fill("")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    expect(dialog.get_by_role("radio", checked=True)).to_have_count(0)
    expect(go_on).to_be_disabled()
    search.fill("clinica")
    expect(go_on).to_have_text("Continuar como Clínica Ipê")
    search.press("Enter")
    expect(page.locator("nav.side .client")).to_contain_text("Clínica Ipê")


def test_a_form_outlives_its_session_and_is_sent_after_signing_in_again_in_another_tab(
    context: BrowserContext, page: Page, portal: RunningPortal
) -> None:
    page.goto("/charges/new")
    context.clear_cookies(name="astrapay_session")
    amount, ended = page.get_by_label("Valor", exact=True), page.get_by_text("Sua sessão terminou.")
    for typed in ("7", "77", "77,00"):
        with page.expect_response("**/charges/new"):
            amount.fill(typed)
    expect(ended).to_have_count(1)
    expect(amount).to_have_value("77,00")
    with context.expect_page() as opened:
        ended.get_by_role("link").click()
    sign_in(opened.value, portal, "rafael@astrapay.example")
    amount.fill("77,31")
    expect(ended).to_have_count(0)
    page.get_by_role("button", name="Criar cobrança").click()
    expect(page.locator("h1")).to_contain_text("77,31")


def test_a_dialog_whose_session_ended_says_so_within_reach(
    context: BrowserContext, page: Page, portal: RunningPortal
) -> None:
    txid = create_charge(page, "50,00")
    pay(portal, txid)
    page.reload()
    page.get_by_role("link", name=re.compile("Reembolsar")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    heard(page)
    context.clear_cookies(name="astrapay_session")
    dialog.get_by_label("Uma parte").check()
    link = page.get_by_text("Sua sessão terminou.").get_by_role("link")
    link.click(trial=True)
    dialog.get_by_role("button", name="Fechar").click()
    link.click(trial=True)


def test_a_form_outlives_a_switch_of_the_company_in_another_tab(
    context: BrowserContext, page: Page, portal: RunningPortal
) -> None:
    page.goto("/charges/new")
    other = context.new_page()
    open_as_page(other)
    work_for(other, "Clínica Ipê")
    amount = page.get_by_label("Valor", exact=True)
    for typed in ("8", "88,00"):
        with page.expect_response("**/charges/new"):
            amount.fill(typed)
    notice = page.get_by_role("alert")
    expect(notice).to_have_count(1)
    expect(notice).to_contain_text("aberta para Loja Modelo, e agora você trabalha para Clínica Ipê. Troque de volta")
    expect(amount).to_have_value("88,00")
    notice.locator("[data-dismiss]").click()
    page.get_by_role("button", name="Criar cobrança").click()
    expect(page.get_by_role("link", name="Abrir esta página para Clínica Ipê")).to_be_visible()
    page.get_by_role("button", name="Continuar como Loja Modelo").click()
    expect(page).to_have_url(f"{portal.url}/charges/new")
    expect(page.locator("nav.side .client")).to_contain_text("Loja Modelo")
