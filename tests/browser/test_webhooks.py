"""The story of a webhook that breaks and is mended, told in a real browser against all real processes."""

import re
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from standardwebhooks import Webhook

from astrapay_portal.environment import PROJECT
from tests.browser.steps import sign_in
from tests.core.receiver import Behaviour, Receiver, replying, serving
from tests.running import RunningPortal, eventually
from tests.webhooks.test_delivery import head_of

pytestmark = pytest.mark.browser
BOOKSHOP = 2  # a client that no other test sells for: a window takes all that was sold in it
RETRIED_MS = 20_000
WELL = replying("HTTP/1.1 200 OK\nContent-Length: 2", b"ok")
BROKEN = replying("HTTP/1.1 500 Oops\nContent-Type: text/plain\nContent-Length: 11", b"maintenance")
GONE = replying("HTTP/1.1 410 Gone\nContent-Length: 0")


class Shop:
    """A merchant's receiver that answers as it is told at the moment."""

    answer: Behaviour = staticmethod(BROKEN)
    receiver: Receiver

    def behave(self, connection: ssl.SSLSocket, stopped: threading.Event) -> None:
        self.answer(connection, stopped)

    def received(self, message: str) -> list[bytes]:
        """The requests whose body holds the text."""
        return [request for request in self.receiver.requests if message.encode() in request]

    def signed_with(self, secret: str, request: bytes) -> None:
        """Raises unless the official library accepts it."""
        Webhook(secret).verify(request.partition(b"\r\n\r\n")[2], head_of(request))


@pytest.fixture
def shop(server: ssl.SSLContext) -> Iterator[Shop]:
    standing = Shop()
    with serving(server, standing.behave) as standing.receiver:
        yield standing


@pytest.fixture
def page(context: BrowserContext, portal: RunningPortal) -> Iterator[Page]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    sign_in(page, portal, "igor@astrapay.example")
    yield page
    assert complaints == []


def test_an_operator_mends_a_webhook_that_broke(page: Page, portal: RunningPortal, shop: Shop) -> None:
    secret = make_webhook(page, shop.receiver.url("/pix"))
    webhook = page.url
    title = page.locator("h1")

    sell(portal, "pedido-1")
    expect(row_of(page, "pedido-1")).to_contain_text("500")
    expect(title).to_contain_text("falhando desde")
    expect(row_of(page, "pedido-1")).to_contain_text("(2 de 10 falharam)", timeout=RETRIED_MS)

    shop.answer = WELL
    row_of(page, "pedido-1").get_by_role("button", name="Reenviar").click()
    expect(row_of(page, "pedido-1")).to_contain_text("Entregue")
    expect(page.locator(".sub-row details")).to_have_count(3)
    expect(page.locator(".sub-row")).to_contain_text("maintenance")
    expect(title).not_to_contain_text("falhando desde")
    first, _second, third = shop.received("pedido-1")
    assert head_of(first)["webhook-id"] == head_of(third)["webhook-id"]
    shop.signed_with(secret, third)

    page.goto(webhook)
    shop.answer = BROKEN
    for name in ("pedido-2", "pedido-3"):
        sell(portal, name)
    for name in ("pedido-2", "pedido-3"):
        expect(row_of(page, name)).to_contain_text("(2 de 10 falharam)", timeout=RETRIED_MS)
    shop.answer = WELL
    resend_window(page)
    expect(page.locator("#toasts")).to_contain_text("2 mensagens são reenviadas")
    for name in ("pedido-2", "pedido-3"):
        expect(row_of(page, name)).to_contain_text("Entregue")

    page.get_by_role("button", name="Mensagem de teste").click()
    eventually(lambda: shop.received('"TEST"'), seconds=10, what="the test message")
    shop.signed_with(secret, shop.received('"TEST"')[0])

    renewed = rotate(page)
    assert renewed != secret
    page.get_by_role("button", name="Mensagem de teste").click()
    eventually(lambda: len(shop.received('"TEST"')) == 2, seconds=10, what="another test message")
    for each in (secret, renewed):
        shop.signed_with(each, shop.received('"TEST"')[1])

    shop.answer = GONE
    sell(portal, "pedido-4")
    expect(page.locator("#webhook")).to_contain_text("o destino respondeu 410")
    sell(portal, "pedido-5")
    page.reload()
    expect(page.locator("tbody")).not_to_contain_text("pedido-5")
    shop.answer = WELL
    page.get_by_role("button", name="Ativar").click()
    expect(row_of(page, "pedido-4")).to_contain_text("Entregue")
    resend_window(page)
    expect(row_of(page, "pedido-5")).to_contain_text("Entregue")
    expect(page.get_by_label("As últimas 24 horas")).to_contain_text("7 de 14")
    shop.signed_with(renewed, shop.received("pedido-5")[0])


def make_webhook(page: Page, url: str) -> str:
    """Fills the form and leaves on the page of the new webhook; its secret."""
    page.goto("/webhook")
    page.get_by_role("link", name="Novo webhook").first.click()
    page.get_by_label("URL de destino").fill(url)
    page.get_by_label("Tipo de evento").select_option("PIX_QR_INBOUND")
    page.get_by_role("button", name="Criar webhook").click()
    return secret_shown(page)


def secret_shown(page: Page) -> str:
    expect(page.locator("main")).to_contain_text("Copie agora")
    secret = page.locator("#secret").inner_text()
    page.get_by_role("link", name="Ir para o webhook").click()
    expect(page.locator("#webhook")).to_be_visible()
    return secret


def rotate(page: Page) -> str:
    page.get_by_role("link", name="Trocar segredo").click()
    page.get_by_role("button", name="Trocar segredo").click()
    return secret_shown(page)


def resend_window(page: Page) -> None:
    """Everything of the last day that was not delivered."""
    page.get_by_role("link", name="Reenviar período").click()
    page.get_by_label("De", exact=True).fill((datetime.now() - timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M"))  # noqa: DTZ005 - nobody minds the zone
    page.locator("main form").get_by_role("button", name="Reenviar um período").click()
    expect(page.locator("#webhook")).to_be_visible()


def row_of(page: Page, reference: str) -> Locator:
    return page.locator("tbody tr:not(.sub-row)", has_text=re.compile(rf"{reference}\b"))


def sell(portal: RunningPortal, reference: str) -> None:
    """A charge that is paid: one message."""
    merchant = portal.merchant(BOOKSHOP)
    made = merchant.call("POST", "/v1/dynamic", {"amount": 25, "userReference": reference}).json()
    assert merchant.call("POST", f"/v1/sandbox/charges/{made['txid']}/pay").is_success


def test_code_is_copied_as_it_stands(context: BrowserContext, portal: RunningPortal) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    page = context.new_page()
    page.goto("/docs/webhooks")
    page.get_by_role("button", name="Copiar Python", exact=True).click()
    code = (PROJECT / "webhooks" / "snippets" / "python.txt").read_text()
    assert page.evaluate("navigator.clipboard.readText()").strip() == code.strip()
