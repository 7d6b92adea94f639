"""The story of the first charge, told in a real browser and by a merchant's system, against all real processes."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.steps import create_charge, sign_in, work_for
from tests.running import RunningPortal, eventually

pytestmark = pytest.mark.browser


def test_an_operator_makes_a_charge_sees_it_paid_without_reloading_and_refunds_a_part(
    context: BrowserContext, portal: RunningPortal
) -> None:
    page = context.new_page()
    sign_in(page, portal, "rafael@astrapay.example")
    work_for(page, "Loja Modelo")
    txid = create_charge(page, "10,01", Referência_do_usuário="historia-1")
    status = page.locator("h1 .badge, h1 .st, h1").first
    expect(status).to_contain_text("Ativa")
    page.evaluate("window.notReloaded = true")
    expect(status).to_contain_text("Paga", timeout=30_000)

    page.get_by_role("link", name=re.compile("Reembolsar")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Uma parte").check()
    dialog.locator("input[name=amount]").fill("4,00")
    send = dialog.get_by_role("button", name=re.compile(r"R\$\s*4,00"))
    send.dblclick()
    refunds = page.locator("section", has=page.get_by_role("heading", name=re.compile("^Reembolsos")))
    expect(refunds.locator("tbody tr:not(.sub-row)")).to_have_count(1)
    expect(status).to_contain_text("Parcialmente reembolsada")

    shown = portal.merchant().call("GET", f"/v1/dynamic/{txid}").json()
    assert shown["status"]["description"] == "PARTIALLY REFUNDED"
    assert [refund["amount"] for refund in shown["refunds"]] == [4.0]


def test_a_charge_made_by_the_api_appears_in_the_open_list_and_turns_paid_there(
    context: BrowserContext, portal: RunningPortal
) -> None:
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    page.goto("/charges?period=today")
    page.evaluate("window.notReloaded = true")
    merchant = portal.merchant()
    body = {"amount": 321.45, "debtor": {"name": "Iara Curl"}, "userReference": "historia-2"}
    txid = merchant.call("POST", "/v1/dynamic", body).json()["txid"]
    row = page.locator("tbody tr", has_text="historia-2").first
    expect(row).to_contain_text("Ativa")
    merchant.call("POST", f"/v1/sandbox/charges/{txid}/pay")
    expect(row).to_contain_text("Paga")
    merchant.call("POST", "/v1/refunds", {"txid": txid, "amount": 321.45})
    expect(row).to_contain_text("Reembolsada")
    assert page.evaluate("window.notReloaded") is True


def test_news_waits_for_what_is_half_typed_and_leaves_open_what_was_opened(
    context: BrowserContext, portal: RunningPortal
) -> None:
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    txid = create_charge(page, "321,47")
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if "Security Policy" in message.text else None)
    page.get_by_text("Outro valor ou pagador").click()
    amount = page.get_by_label("Outro valor")
    amount.fill("300")
    amount.evaluate("field => { field.style.caretColor = 'red'; }")  # as an extension of the browser would
    portal.merchant().call("PATCH", f"/v1/dynamic/{txid}", {"amount": 421.47})
    page.wait_for_timeout(2_000)
    expect(amount).to_have_value("300")
    amount.fill("")
    expect(page.locator("h1")).to_contain_text("421,47")
    expect(amount).to_be_visible()
    assert violations == []


def test_news_waits_for_an_answer_that_is_on_its_way(context: BrowserContext, portal: RunningPortal) -> None:
    page = context.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    page.goto("/charges?period=today")

    def answer_after_news(route: Route) -> None:
        portal.merchant().call("POST", "/v1/dynamic", {"amount": 55, "userReference": "novidade"})
        time.sleep(2)
        route.continue_()

    page.route("**/charges?*reference=nada-assim*", answer_after_news)
    page.get_by_label("Referência do usuário").fill("nada-assim")
    expect(page.locator(".chips")).to_contain_text("nada-assim")
    expect(page.locator("tbody")).to_have_count(0)


def test_nothing_of_another_client_reaches_an_open_page(context: BrowserContext, portal: RunningPortal) -> None:
    page = context.new_page()
    sign_in(page, portal, "igor@astrapay.example")
    page.goto("/charges?period=today")
    page.wait_for_timeout(2_000)  # a stream that has just opened has the page fetch once
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    portal.merchant(client=0).call("POST", "/v1/dynamic", {"amount": 55, "userReference": "alheia"})
    page.wait_for_timeout(3_000)
    assert [url for url in asked if "/charges" in url] == []
    expect(page.locator("body")).not_to_contain_text("alheia")


def test_a_reader_sees_charges_and_no_action(context: BrowserContext, portal: RunningPortal) -> None:
    page = context.new_page()
    sign_in(page, portal, "beatriz@astrapay.example")
    page.goto("/charges?period=30d")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.get_by_role("link", name="Nova cobrança")).to_have_count(0)
    expect(page.locator("tbody")).to_contain_text("***.")
    assert page.goto("/charges/new").status == 403  # type: ignore[union-attr]


def test_a_wrong_filter_is_marked_until_it_is_right(context: BrowserContext, portal: RunningPortal) -> None:
    page = context.new_page()
    sign_in(page, portal, "beatriz@astrapay.example")
    page.goto("/charges?period=30d&document=111")
    document = page.get_by_role("textbox", name="CPF/CNPJ")
    expect(document).to_have_attribute("aria-invalid", "true")
    document.fill("529.982.247-25")
    expect(document).to_have_attribute("aria-invalid", "false")
    document.fill("1")
    expect(document).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Referência do usuário")).not_to_have_attribute("aria-invalid", "true")


def test_switching_the_client_in_one_tab_disarms_the_forms_of_the_other(
    context: BrowserContext, portal: RunningPortal
) -> None:
    old, new = context.new_page(), context.new_page()
    sign_in(old, portal, "rafael@astrapay.example")
    work_for(old, "Loja Modelo")
    old.goto("/charges/new")
    old.get_by_label("Valor", exact=True).fill("77,00")
    new.goto("/customer-selector")
    work_for(new, "Clínica Ipê")
    # Sent, unless the page was judged before, which it is when its field asks: it says so and does nothing.
    old.evaluate("document.querySelector('main form .btn-primary')?.click()")
    expect(old.get_by_role("alert")).to_contain_text("outra empresa")
    clinic = portal.merchant(client=1)
    listed = eventually(
        lambda: clinic.call("GET", "/v1/dynamic?initialDate=2026-01-01&endDate=2026-12-31").json(),
        seconds=5,
        what="the list of charges",
    )
    assert all(charge["amount"] != 77.0 for charge in listed["content"])
    new.goto("/customer-selector")
    work_for(new, "Loja Modelo")


def test_the_story_works_without_javascript(context: BrowserContext, portal: RunningPortal) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(base_url=portal.url, java_script_enabled=False, locale="pt-BR")
    page = plain.new_page()
    sign_in(page, portal, "marina@astrapay.example")
    txid = create_charge(page, "48,00")
    page.get_by_role("button", name="Pagar agora").click()
    eventually(lambda: page.goto(f"/charges/{txid}") and page.get_by_text("Paga").count(), seconds=10, what="paid")
    page.get_by_role("link", name=re.compile("Reembolsar")).click()
    page.get_by_label("Tudo o que resta").check()
    page.get_by_role("button", name=re.compile("Reembolsar")).click()
    expect(page.locator("body")).to_contain_text("Reembolso de R$")
    plain.close()
