"""The form of a refund."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from pytest_django.asserts import assertContains, assertNotContains

from charges.actions.refunds import settle_refund
from charges.models import Charge, Payment, Refund
from core import clock
from gateways.notices import handle_waiting
from gateways.protocols import RefundOutcome
from gateways.sandbox import network
from tests.charges.conftest import pay
from tests.charges.pages.conftest import HTMX, IN_DIALOG, LIST
from tests.conftest import Merchant

RefundFormMaker = Callable[..., dict[str, Any]]


@pytest.fixture
def refund_form(paid_charge: Charge) -> RefundFormMaker:
    pix = paid_charge.payments.get().end_to_end_id

    def form(**fields: Any) -> dict[str, Any]:
        usual = {"key": str(uuid4()), "end_to_end_id": pix, "whole": "100.00", "how_much": "part", "amount": "30"}
        return {**usual, **fields}

    return form


def complete_refund() -> None:
    outcome = RefundOutcome(completed=True, devolution_end_to_end_id="D" * 32)
    settle_refund(refund_id=Refund.objects.get().refund_id, outcome=outcome)


def test_a_refund_sent_twice_gives_back_once(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker
) -> None:
    form = refund_form(how_much="whole", amount="")
    address = f"{LIST}/{paid_charge.txid}/refund"
    first, second = marina.post(address, form, headers=HTMX), marina.post(address, form, headers=HTMX)
    assert first["HX-Redirect"] == second["HX-Redirect"] == f"{LIST}/{paid_charge.txid}"
    assert str(Refund.objects.get().amount) == "100.00"


def test_the_dialog_says_what_remains_and_repeats_the_amount(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker
) -> None:
    address = f"{LIST}/{paid_charge.txid}/refund"
    assertContains(marina.get(address), "Refund R$100.00")
    checked = marina.post(address, refund_form(amount="1.2", check="amount"), headers=HTMX)
    assertContains(checked, "Refund R$1.20")
    assertContains(checked, "98.80")
    assert not Refund.objects.exists()


def test_more_than_remains_is_an_error_said_once(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker
) -> None:
    address = f"{LIST}/{paid_charge.txid}/refund"
    checked = marina.post(address, refund_form(amount="100,01", check="amount"), headers=HTMX)
    assertContains(checked, "is more than the R$100.00 that remain")
    assertContains(checked, "<dd>–</dd>")
    assertNotContains(checked, "Refund R$")
    sent = marina.post(address, refund_form(amount="100,01"), headers=HTMX)
    assertNotContains(sent, "is more than the", status_code=422)
    assertNotContains(sent, "Refund R$", status_code=422)


def test_an_amount_is_judged_while_it_is_typed(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker
) -> None:
    address = f"{LIST}/{paid_charge.txid}/refund"
    assertContains(marina.post(address, refund_form(amount="x", check="amount"), headers=HTMX), "Type an amount")
    assertNotContains(marina.post(address, refund_form(amount="", check="amount"), headers=HTMX), "Type how much")


@pytest.mark.parametrize(
    ("amount", "sentence"), [("100,01", "can still be refunded"), ("", "Type how much"), ("x", "Type an amount")]
)
def test_a_refund_that_cannot_be_is_shown_again_with_the_reason(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker, amount: str, sentence: str
) -> None:
    answer = marina.post(f"{LIST}/{paid_charge.txid}/refund", refund_form(amount=amount), headers=HTMX)
    assertContains(answer, sentence, status_code=422)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    "case",
    [
        ({"amount": "0"}, {"amount": 0}, 400),
        ({"amount": "-5"}, {"amount": -5}, 400),
        ({"amount": "100,01"}, {"amount": 100.01}, 422),
        ({"description": "x" * 141}, {"amount": 30, "description": "x" * 141}, 400),
        ({"end_to_end_id": "E" + "0" * 31}, {"amount": 30, "endToEndId": "E" + "0" * 31}, 422),
    ],
)
def test_refund_form_and_api_refuse_the_same(
    marina: Browser,
    merchant: Merchant,
    paid_charge: Charge,
    refund_form: RefundFormMaker,
    case: tuple[dict[str, Any], dict[str, Any], int],
) -> None:
    typed, sent, status = case
    page = marina.post(f"{LIST}/{paid_charge.txid}/refund", refund_form(**typed))
    answer = merchant.post("/v1/refunds", {"txid": paid_charge.txid, **sent})
    assert (page.status_code, answer.status_code) == (422, status)
    assert not Refund.objects.exists()


def test_a_pix_that_was_returned_is_shown_with_its_reason(marina: Browser, paid_charge: Charge) -> None:
    pay(paid_charge)
    html = marina.get(f"{LIST}/{paid_charge.txid}").content.decode()
    assert "Already paid" in html
    assert "goes back in full by itself" in html


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "dialog"])
@pytest.mark.parametrize("completed", [True, False], ids=["completed", "under way"])
def test_a_pix_of_which_nothing_remains_offers_no_form_but_the_reason_and_the_way_back(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker, completed: bool, headers: dict[str, str]
) -> None:
    home = f"{LIST}/{paid_charge.txid}"
    marina.post(f"{home}/refund", refund_form(how_much="whole"))
    if completed:
        complete_refund()
    answer = marina.get(f"{home}/refund", headers=headers)
    assertContains(answer, "Nothing of this Pix is left", status_code=422)
    assertContains(answer, f'href="{home}"', status_code=422)
    assertNotContains(answer, 'name="key"', status_code=422)


def test_a_pix_that_is_too_old_to_go_back_offers_no_form(marina: Browser, paid_charge: Charge) -> None:
    Payment.objects.update(settled_at=clock.now() - timedelta(days=91))
    assertContains(marina.get(f"{LIST}/{paid_charge.txid}/refund"), "for 90 days", status_code=422)


def test_only_the_form_in_the_dialog_is_answered_in_the_dialog(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker
) -> None:
    address = f"{LIST}/{paid_charge.txid}/refund"
    assertContains(marina.get(address, headers=HTMX), IN_DIALOG)
    assertNotContains(marina.get(address), IN_DIALOG)
    refused = marina.post(address, refund_form(amount="100,01"))
    assertContains(refused, "<html", status_code=422)
    assertNotContains(refused, IN_DIALOG, status_code=422)


def said_of(html: str, word: str) -> str:
    """The figure beside a word of a balance."""
    figure = re.search(rf"{word}(?:</span>)?</dt><dd>(.*?)</dd>", html)
    return re.sub("<.*?>", "", figure[1]) if figure else ""


def test_the_dialog_and_the_page_say_the_same_of_what_went_back_and_of_what_is_under_way(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker
) -> None:
    home = f"{LIST}/{paid_charge.txid}"
    marina.post(f"{home}/refund", refund_form(amount="30"))
    complete_refund()
    marina.post(f"{home}/refund", refund_form(amount="5,03"))
    page, dialog = marina.get(home).content.decode(), marina.get(f"{home}/refund", headers=HTMX).content.decode()
    for html in (page, dialog):
        assert said_of(html, "Refunded") == "\N{MINUS SIGN}R$30.00"
        assert said_of(html, "Under way") == "\N{MINUS SIGN}R$5.03"


@pytest.mark.parametrize("check", [{}, {"check": "amount"}], ids=["sent", "typed"])
def test_an_amount_out_of_range_is_told_what_remains_as_the_largest(
    marina: Browser, paid_charge: Charge, refund_form: RefundFormMaker, check: dict[str, str]
) -> None:
    address = f"{LIST}/{paid_charge.txid}/refund"
    marina.post(address, refund_form(amount="30"))
    answer = marina.post(address, refund_form(amount="0", **check), headers=HTMX)
    assertContains(answer, "Type an amount from R$0.01 to R$70.00.", status_code=200 if check else 422)


def test_what_a_med_holds_is_shown_as_blocked_and_offered_to_nobody(marina: Browser, paid_charge: Charge) -> None:
    pix = paid_charge.payments.get()
    network.open_med(txid=paid_charge.txid, end_to_end_id=pix.end_to_end_id, kind="FRAUDE")
    handle_waiting()
    page = marina.get(f"{LIST}/{paid_charge.txid}")
    assertContains(page, "Blocked by a MED")
    assertNotContains(page, f"{LIST}/{paid_charge.txid}/refund")
    assert marina.get(f"{LIST}/{paid_charge.txid}/refund").status_code == 422
