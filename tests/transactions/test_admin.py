"""What the platform's own staff sees and changes of cards."""

from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django.asserts import assertContains

from accounts.models import Client, User
from core.actor import Actor
from core.errors import PermissionMissing
from tests.transactions.conftest import repeat, sell
from transactions.actions.disputes import record_chargeback
from transactions.actions.terms import save_fee, save_terminal
from transactions.models import FeeRule, Terminal

pytestmark = pytest.mark.django_db
FEES = "/admin/transactions/feerule/"


@pytest.fixture
def staff() -> Browser:
    user = User.objects.create_superuser(email="equipe@astrapay.example", password="Right-Password-1!")
    browser = Browser()
    browser.force_login(user)
    browser.cookies["astrapay_language"] = "en"
    return browser


def fee(client: Client, **fields: Any) -> dict[str, Any]:
    usual = {
        "client": client.pk,
        "brand": "VISA",
        "type": "CREDIT",
        "installments_0": 2,
        "installments_1": 7,
        "valid_0": "2026-01-01",
        "valid_1": "",
        "percentage": "3.49",
        "fixed": "0.30",
        "refunds_fee": "on",
    }
    return {**usual, **fields}


def test_every_list_and_every_row_of_money_is_only_shown(staff: Browser, operator: Actor) -> None:
    sale = sell(operator)
    record_chargeback(actor=operator, operation_id=sale.operation.operation_id)
    repeat(operator)
    for name in ("order", "operation", "cardpayment", "receivable", "dispute", "contract", "recurrence"):
        address = f"/admin/transactions/{name}/"
        page = staff.get(address)
        assert page.status_code == 200, name
        row = page.context["cl"].queryset[0]
        assertContains(staff.get(f"{address}{row.pk}/change/"), "field")
        assert staff.get(f"{address}add/").status_code == 403
        assert staff.post(f"{address}{row.pk}/delete/").status_code == 403


def test_a_fee_is_agreed_and_changed_but_never_deleted(staff: Browser, shop: Client) -> None:
    staff.post(f"{FEES}add/", fee(shop))
    rule = FeeRule.objects.get(client=shop)
    assert (str(rule.percentage), rule.installments.lower, rule.installments.upper) == ("3.49", 2, 7)
    staff.post(f"{FEES}{rule.pk}/change/", fee(shop, percentage="2.99"))
    rule.refresh_from_db()
    assert str(rule.percentage) == "2.99"
    assert staff.post(f"{FEES}{rule.pk}/delete/").status_code == 403


def test_two_fees_for_the_same_sale_are_refused_where_they_were_typed(staff: Browser, shop: Client) -> None:
    staff.post(f"{FEES}add/", fee(shop))
    answer = staff.post(f"{FEES}add/", fee(shop, installments_0=6, installments_1=13))
    assert answer.status_code == 200
    assert FeeRule.objects.filter(client=shop).count() == 1


def test_a_terminal_is_added_once_for_each_id(staff: Browser, shop: Client) -> None:
    terminal = {"client": shop.pk, "terminal_id": "00120034", "serial": "PX-1", "name": "Balcão"}
    for _ in range(2):
        staff.post("/admin/transactions/terminal/add/", terminal)
    assert Terminal.objects.get(client=shop).name == "Balcão"


def test_nobody_else_agrees_on_fees_and_terminals(shop: Client) -> None:
    with pytest.raises(PermissionMissing):
        save_fee(by_staff=False, rule=FeeRule(client=shop))
    with pytest.raises(PermissionMissing):
        save_terminal(by_staff=False, terminal=Terminal(client=shop))
