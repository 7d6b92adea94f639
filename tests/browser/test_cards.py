"""The story of a pre-authorization, told in a real browser: captured in parts, refunded, charged back, reversed."""

import re
import uuid

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.api.shop import CARD
from tests.browser.steps import heard, sign_in
from tests.running import RunningPortal

pytestmark = pytest.mark.browser


@pytest.fixture
def payment(portal: RunningPortal) -> str:
    """R$ 200,00 reserved on a Visa, nothing captured; its transaction id."""
    sale = {"amount": 200, "capture": False, "card": CARD, "userReference": "historia-cartao"}
    return str(portal.merchant().call("POST", "/v1/credit-card/transactions", sale).json()["transactionId"])


def operations(page: Page) -> Locator:
    return page.locator(".tree .op")


def operate(page: Page, action: str, of: str, amount: str = "", *, button: str, twice: bool = False) -> str:
    """Opens the dialog of an action on what `of` names, sends it; the id of the new operation as it can be copied."""
    page.locator(".can a", has_text=re.compile(rf"^{action}….*{of}")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    heard(page)
    if amount:
        dialog.locator("input[name=amount]").fill(amount)
    merchant_id = f"historia-{uuid.uuid4().hex[:8]}"
    dialog.get_by_label("ID da transação").fill(merchant_id)
    send = dialog.get_by_role("button", name=re.compile(button))
    send.dblclick() if twice else send.click()
    copies = dialog.locator(".idbox button")
    expect(copies).to_have_count(2)
    assert copies.nth(1).get_attribute("data-copy") == merchant_id
    made = str(copies.first.get_attribute("data-copy"))
    dialog.get_by_role("button", name="Concluir").click()
    expect(page.locator(f"#op-{made}")).to_be_visible()
    expect(page.locator("body"), "who uses the keyboard lost their place").not_to_be_focused()
    return made


def test_a_preauthorization_is_captured_twice_refunded_charged_back_and_reversed(
    context: BrowserContext, portal: RunningPortal, payment: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    page.goto("/transactions/credit-card?identification=" + payment)
    expect(page.locator("tbody")).to_contain_text("A capturar")
    page.locator("tbody a.main").click()
    page.evaluate("window.notReloaded = true")

    first = operate(page, "Captura", "Pré-autorização", "120,00", button=r"Capturar R\$\s*120,00", twice=True)
    expect(operations(page)).to_have_count(2)
    second = operate(page, "Captura", "Pré-autorização", "80,00", button=r"Capturar R\$\s*80,00")
    refund = operate(page, "Estorno", r"120,00", "20,00", button=r"Estornar R\$\s*20,00", twice=True)
    expect(operations(page)).to_have_count(4)
    expect(page.locator("h1")).to_contain_text("Estorno parcial")
    chargeback = operate(page, "Chargeback", r"80,00", button=r"chargeback de R\$\s*80,00")
    expect(page.locator("h1")).to_contain_text("Chargeback")
    expect(page.locator(f"#op-{chargeback}")).to_contain_text("Em disputa")
    reversal = operate(page, "Reversão de chargeback", r"80,00", button=r"Recuperar R\$\s*80,00")
    expect(page.locator("h1")).not_to_contain_text("Chargeback")
    assert page.evaluate("window.notReloaded") is True

    merchant = portal.merchant()
    types = {
        each: merchant.call("GET", f"/v1/operations/{each}").json()["operationType"]
        for each in (first, second, refund, chargeback, reversal)
    }
    assert list(types.values()) == ["CAPTURE", "CAPTURE", "REFUND", "CHARGEBACK", "CHARGEBACK_REVERSAL"]
    shown = merchant.call("GET", f"/v1/credit-card/transactions/{payment}").json()
    assert (shown["capturedAmount"], shown["refundedAmount"], shown["chargedBackAmount"]) == (200, 20, 0)


def test_a_capture_made_by_the_api_appears_on_the_open_page(
    context: BrowserContext, portal: RunningPortal, payment: str
) -> None:
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    page.goto(f"/transactions/credit-card/{payment}")
    expect(operations(page)).to_have_count(1)
    portal.merchant().call("POST", f"/v1/operations/{payment}/captures", {"amount": 50})
    expect(operations(page)).to_have_count(2)


def test_what_is_wrong_is_said_in_the_dialog_and_the_button_repeats_the_amount(
    context: BrowserContext, portal: RunningPortal, payment: str
) -> None:
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    page.goto(f"/transactions/credit-card/{payment}")
    page.locator(".can a", has_text="Captura…").click()
    dialog = page.get_by_role("dialog")
    amount = dialog.locator("input[name=amount]")
    amount.clear()
    amount.press_sequentially("1.200", delay=50)  # htmx takes a moment to hear a new form
    expect(dialog).to_contain_text(re.compile(r"R\$\s*1\.200,00 passa dos"))
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Corrija")  # the answer has come: it replaces what is typed
    expect(dialog.locator(".err")).to_contain_text("200,00")
    amount.clear()
    amount.press_sequentially("12,5", delay=50)
    expect(dialog.get_by_role("button", name=re.compile(r"Capturar R\$\s*12,50"))).to_be_visible()


def test_the_story_works_without_javascript(context: BrowserContext, portal: RunningPortal, payment: str) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(base_url=portal.url, java_script_enabled=False, locale="pt-BR")
    page = plain.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    page.goto(f"/transactions/credit-card/{payment}")
    page.locator(".can a", has_text="Captura…").click()
    page.get_by_label("Valor").fill("30,00")
    page.locator(".narrow button[type=submit]").click()
    expect(page.locator("h2")).to_contain_text(re.compile(r"Captura de R\$\s*30,00 aprovada"))
    page.get_by_role("link", name="Ir ao pagamento").click()
    expect(operations(page)).to_have_count(2)
    plain.close()
