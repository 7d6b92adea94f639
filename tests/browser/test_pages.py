"""Every page in both languages, themes and widths: no policy violation, no accessibility fault, no overflow."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from astrapay_portal.environment import PROJECT
from core import clock
from core.actor import BRASILIA
from tests.api.shop import CARD
from tests.browser.steps import pay, sign_in
from tests.running import RemoteMerchant, RunningPortal, eventually

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "charges": "/charges?period=30d",
    "charges-empty": "/charges?reference=nada-assim",
    "charges-error": "/charges?document=111",
    "charge-new": "/charges/new",
    "charge-active": "{active}",
    "charge-edit": "{active}/edit",
    "charge-delete": "{active}/delete",
    "charge-paid": "{paid}",
    "charge-refund": "{paid}/refund",
    "static-qr": "/charges/static-qr",
    "cards": "/transactions/credit-card?period=30d",
    "cards-empty": "/transactions/credit-card?identification=nada-assim",
    "card": "{card}",
    "card-captured-often": "{captured_often}",
    "card-menu": "{operation}/actions",
    "card-operation": "{operation}/refund",
    "card-confirmation": "{confirmation}",
    "orders": "/transactions/orders?period=30d&amount=captured_amount&amount_min=10",
    "order": "{order}",
    "contracts": "/transactions/contracts",
    "contract": "{contract}",
    "contract-deactivate": "{contract}/deactivate",
    "test-data": "/test-data",
    "webhooks": "/webhook",
    "webhook-new": "/webhook/new",
    "webhook": "{webhook}",
    "webhook-attempts": "{attempts}",
    "webhook-recover": "{webhook}/recover",
    "webhook-rotate": "{webhook}/secret",
    "guide": "/docs/webhooks",
    "gallery": "/docs/events",
    "errors": "/docs/errors",
    "selector": "/customer-selector",
    "not-found": "/nothing/here",
}
TYPE = "PIX_QR_INBOUND"
YEAR = "initialDate=2026-01-01&endDate=2026-12-31"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [
    (language, theme, width) for language in ("pt-br", "en") for theme in ("light", "dark") for width in (1366, 390)
]
PICTURES = PROJECT / ".data" / "screenshots"
SETTLED = "document.fonts.status === 'loaded' && !document.querySelector('.htmx-request')"
BLANK_ROWS = """[...document.querySelectorAll('tbody tr')].filter(
    (row) => row.checkVisibility() && row.textContent.trim() && !row.innerText.trim()).length"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def addresses(portal: RunningPortal) -> dict[str, str]:
    """An active charge, one that was paid and refunded in part, and a webhook that nobody answers."""
    merchant = portal.merchant()
    debtor = {"name": "Ana Exemplo da Silva", "naturalPersonIdentification": "390.533.447-05"}
    body = {"amount": 1234.56, "debtor": debtor, "userReference": "pedido-20418", "description": "Entrega expressa"}
    webhook = merchant.call("POST", "/v1/webhooks", {"url": "https://localhost:1/pix", "eventType": TYPE}).json()["id"]
    active, paid = (merchant.call("POST", "/v1/dynamic", body).json()["txid"] for _ in range(2))
    pay(portal, paid)
    merchant.call("POST", "/v1/refunds", {"txid": paid, "amount": 200, "description": "Item em falta"})
    merchant.call("POST", "/v1/refunds", {"txid": paid, "amount": 35.02, "description": "Frete cobrado a mais"})
    attempts = eventually(lambda: delivery_with_attempts(merchant, webhook), seconds=30, what="two attempts")
    return {
        "active": f"/charges/{active}",
        "paid": f"/charges/{paid}",
        "webhook": f"/webhook/{webhook}",
        "attempts": f"/webhook/{webhook}?delivery={attempts}",
        **card_addresses(merchant),
    }


def delivery_with_attempts(merchant: RemoteMerchant, webhook: str) -> str | None:
    found = merchant.call("GET", f"/v1/webhooks/results?webhookId={webhook}&{YEAR}").json()["content"]
    return next((str(each["deliveryId"]) for each in found if len(each["attempts"]) > 1), None)


def card_addresses(merchant: RemoteMerchant) -> dict[str, str]:
    """A payment captured in two parts, one of them refunded in part, the other charged back."""
    sale = {"amount": 1890, "capture": False, "card": CARD, "numberInstallments": 3, "paymentType": "PARCELADO_LOJA"}
    made = merchant.call("POST", "/v1/credit-card/transactions", sale).json()
    payment = made["transactionId"]

    def follow_up(operation: str, action: str, **body: Any) -> str:
        return str(merchant.call("POST", f"/v1/operations/{operation}/{action}", body).json()["operationId"])

    first, second = (follow_up(payment, "captures", amount=amount) for amount in (1200, 500))
    refund = follow_up(first, "refunds", amount=300, memo="Uma peça devolvida na filial Centro.")
    follow_up(second, "chargebacks", amount=500)
    recurrence = {
        "type": "LIMITED_TIMES",
        "recurrenceFrequency": "MONTHLY",
        "firstTransactionDate": clock.today(BRASILIA).isoformat(),
        "numberInstallments": 6,
        "amount": 49.9,
        "card": CARD,
        "customer": {"name": "Ana Exemplo da Silva", "document": "39053344705"},
        "customerId": "cliente-77",
    }
    contract = merchant.call("POST", "/v1/credit-card/recurrences", recurrence).json()["contractId"]
    return {
        "contract": f"/transactions/contracts/{contract}",
        "card": f"/transactions/credit-card/{payment}",
        "order": f"/transactions/orders/{made['orderId']}",
        "captured_often": f"/transactions/credit-card/{captured_often(merchant)}",
        "operation": f"/transactions/operations/{first}",
        "confirmation": f"/transactions/operations/{refund}",
    }


def captured_often(merchant: RemoteMerchant) -> str:
    """More often than its page shows at first."""
    sale = {"amount": 500, "capture": False, "card": CARD, "paymentType": "A_VISTA"}
    payment = str(merchant.call("POST", "/v1/credit-card/transactions", sale).json()["transactionId"])
    for part in range(24):
        merchant.call("POST", f"/v1/operations/{payment}/captures", {"amount": 10 + part})
    return payment


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def page(request: pytest.FixtureRequest, context: BrowserContext, portal: RunningPortal) -> Iterator[Page]:
    language, theme, width = request.param
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900 if width > 500 else 844})
    sign_in(page, portal, "marina@astrapay.example")
    choose(page, "language", language)
    choose(page, "theme", theme)
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    yield page
    choose(page, "language", "pt-br")
    choose(page, "theme", "light")


def choose(page: Page, what: str, value: str) -> None:
    """Through the form of the page, whether or not it is in sight."""
    page.goto("/")
    button = page.locator(f"button[name={what}][value={value}]").first
    with page.expect_response(f"**/{what}"):
        button.evaluate("button => button.click()")
    page.wait_for_load_state("networkidle")


def test_every_page_keeps_the_policy_is_accessible_and_fits(
    page: Page, addresses: dict[str, str], request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.id
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Security Policy" in message.text else None)
    faults: list[str] = []
    for name, address in PAGES.items():
        page.goto(address.format(**addresses))
        page.wait_for_function(SETTLED)
        take_picture(page, name, look)
        faults += [f"{name}: {fault}" for fault in accessibility_faults(page)]
        if (over := page.evaluate(OVERFLOW)) > 0:
            faults.append(f"{name}: {over} px wider than the screen")
        if (blank := page.evaluate(BLANK_ROWS)) > 0:
            faults.append(f"{name}: {blank} rows without anything to be seen")
    assert faults == []
    assert complaints == []


def take_picture(page: Page, name: str, look: str) -> None:
    """For people to look at, when `make screenshots` asks. The window grows to the page: in a taller picture than the
    window, what sticks to its edge would stand in the middle."""
    if "SCREENSHOTS" not in os.environ:
        return
    window = page.viewport_size or {"width": 1366, "height": 900}
    page.set_viewport_size({**window, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=PICTURES / f"{name}-{look}.png")
    page.set_viewport_size(window)


def accessibility_faults(page: Page) -> list[str]:
    """WCAG 2.0 to 2.2, A and AA. The script is run by the test, so the page's own policy does not see it."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{violation['id']} {node['target']} {' '.join(node['failureSummary'].split())[:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
