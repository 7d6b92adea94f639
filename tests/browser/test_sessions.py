"""Who works for whom, in a page that stays open while that changes."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.steps import sign_in, work_for
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
