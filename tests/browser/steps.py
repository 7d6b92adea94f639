"""What people do in the portal, in their own words. The page is in Portuguese unless said otherwise."""

from playwright.sync_api import Page, expect

from tests.running import RunningPortal, eventually


def sign_in(page: Page, portal: RunningPortal, email: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.locator("input[name=password]").fill(portal.user(email)["password"])
    page.locator("form button[type=submit].btn-primary").click()
    expect(page).not_to_have_url(f"{portal.url}/login")


def work_for(page: Page, client: str) -> None:
    """Answers the selector, which asks by itself until it was answered once."""
    if "customer-selector" not in page.url:
        page.goto("/customer-selector")
    page.get_by_role("radio", name=client).check()
    page.get_by_role("button", name=f"Continuar como {client}").click()
    expect(page.locator("aside, nav.side").first).to_contain_text(client)


def heard(page: Page) -> None:
    """Waits until htmx listens to what it has swapped in, which takes it a moment."""
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)


def create_charge(page: Page, amount: str, **fields: str) -> str:
    """Fills the form and sends it; the txid of the new charge."""
    page.goto("/charges/new")
    page.get_by_label("Valor", exact=True).fill(amount)
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    page.get_by_role("button", name="Criar cobrança").click()
    page.wait_for_url("**/charges/astra*")
    return page.url.rpartition("/")[2]


def pay(portal: RunningPortal, txid: str) -> None:
    """Has somebody pay the charge, and waits until the notice of it was handled."""
    merchant = portal.merchant()
    merchant.call("POST", f"/v1/sandbox/charges/{txid}/pay")

    def is_paid() -> bool:
        charge = merchant.call("GET", f"/v1/dynamic/{txid}").json()
        return bool(charge["status"]["description"] == "PAID")

    eventually(is_paid, seconds=15, what="the notice of the payment")
