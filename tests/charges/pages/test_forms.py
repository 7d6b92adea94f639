"""The forms of a charge: made, changed, deleted."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Client
from charges.models import Charge
from charges.states import ChargeStatus
from core import clock
from tests.charges.factories import listed_charge
from tests.charges.pages.conftest import HTMX, IN_DIALOG, LIST
from tests.conftest import Merchant


def charge_form(**fields: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "amount": "1.234,56", "expiration": "30", **fields}


def test_a_form_sent_twice_makes_one_charge(marina: Browser, shop: Client) -> None:
    form = charge_form(user_reference="pedido-1")
    first, second = marina.post(f"{LIST}/new", form), marina.post(f"{LIST}/new", form)
    charge = Charge.objects.get()
    assert first["Location"] == second["Location"] == f"{LIST}/{charge.txid}"
    assert str(charge.amount) == "1234.56"
    assert charge.expiration_seconds == 1800


def test_rows_of_information_are_added_and_removed_without_javascript(marina: Browser, shop: Client) -> None:
    rows = {"information_name": ["Branch", "Seller"], "information_value": ["Centre", "Carla"]}
    added = marina.post(f"{LIST}/new", charge_form(**rows, add_row="yes")).content.decode()
    removed = marina.post(f"{LIST}/new", charge_form(**rows, remove_row="1")).content.decode()
    assert added.count('name="information_name"') == 3
    assert removed.count('name="information_name"') == 1
    assert 'value="Seller"' in removed
    assert 'value="Branch"' not in removed
    assert not Charge.objects.exists()


def test_a_field_is_judged_while_the_form_is_filled_in(marina: Browser, shop: Client) -> None:
    answer = marina.post(f"{LIST}/new", charge_form(cpf="12345678900", check="cpf"), headers=HTMX)
    assertContains(answer, "This is not a CPF")
    assertContains(answer, "Create charge of R$1,234.56")
    assert not Charge.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sent", "field"),
    [
        ({"amount": "0"}, {"amount": 0}, "amount"),
        ({"amount": "10000000000"}, {"amount": 10000000000}, "amount"),
        ({"expiration": "61"}, {"expiration": 3660}, "expiration"),
        ({"expiration": "0"}, {"expiration": 0}, "expiration"),
        ({"cpf": "12345678900"}, {"debtor": {"naturalPersonIdentification": "12345678900"}}, "cpf"),
        ({"cnpj": "12ABC34501DE36"}, {"debtor": {"legalPersonIdentification": "12ABC34501DE36"}}, "cnpj"),
        (
            {"cpf": "39053344705", "cnpj": "11222333000181"},
            {"debtor": {"naturalPersonIdentification": "39053344705", "legalPersonIdentification": "11222333000181"}},
            "cnpj",
        ),
        ({"validate_debtor": "on"}, {"validateDebtor": True}, "cpf"),
        ({"description": "x" * 141}, {"description": "x" * 141}, "description"),
        ({"description": "a\u0007b"}, {"description": "a\u0007b"}, "description"),
        ({"user_reference": "x" * 78}, {"userReference": "x" * 78}, "user_reference"),
        ({"payer_request": "x" * 141}, {"payerRequest": "x" * 141}, "payer_request"),
        ({"debtor_name": "x" * 201}, {"debtor": {"name": "x" * 201}}, "debtor_name"),
        (
            {"information_name": ["x" * 51], "information_value": ["y"]},
            {"additionalInformation": [{"name": "x" * 51, "value": "y"}]},
            "information",
        ),
        (
            {"information_name": [""], "information_value": ["y"]},
            {"additionalInformation": [{"name": "", "value": "y"}]},
            "information",
        ),
        (
            {"information_name": ["x"] * 51, "information_value": ["y"] * 51},
            {"additionalInformation": [{"name": "x", "value": "y"}] * 51},
            "information",
        ),
    ],
)
def test_form_and_api_refuse_the_same(
    marina: Browser, merchant: Merchant, typed: dict[str, Any], sent: dict[str, Any], field: str
) -> None:
    page = marina.post(f"{LIST}/new", charge_form(**typed))
    answer = merchant.post("/v1/dynamic", {"amount": 1234.56, "expiration": 1800, **sent})
    assert (page.status_code, answer.status_code) == (422, 400)
    assert field in page.context["form"].errors
    assert not Charge.objects.exists()


def edited(charge: Charge, **fields: Any) -> dict[str, Any]:
    usual = {"amount": "1,00", "expiration": "45:00", "debtor_name": charge.debtor_name, "revision": charge.revision}
    return charge_form(**{**usual, **fields})


@pytest.mark.parametrize(
    ("typed", "kept"), [("***.533.447-**", "39053344705"), ("", ""), ("529.982.247-25", "52998224725")]
)
def test_the_edit_form_hides_the_ends_of_a_cpf_which_left_like_that_stays(
    marina: Browser, active_charge: Charge, typed: str, kept: str
) -> None:
    Charge.objects.update(debtor_name="Ana Exemplo", debtor_document="39053344705")
    address = f"{LIST}/{active_charge.txid}/edit"
    shown = marina.get(address).content.decode()
    assert 'value="***.533.447-**"' in shown
    assert "390.533.447-05" not in shown
    assert marina.post(address, edited(active_charge, cpf=typed)).status_code == 302
    active_charge.refresh_from_db()
    assert (active_charge.debtor_document, active_charge.amount) == (kept, Decimal(1))


def test_rows_added_while_editing_leave_the_hidden_cpf_as_it_is(marina: Browser, active_charge: Charge) -> None:
    Charge.objects.update(debtor_name="Ana Exemplo", debtor_document="39053344705")
    form = edited(active_charge, cpf="***.533.447-**", add_row="yes")
    added = marina.post(f"{LIST}/{active_charge.txid}/edit", form).content.decode()
    assert 'value="***.533.447-**"' in added


def test_the_edit_form_shows_and_sends_minutes_and_seconds(marina: Browser, active_charge: Charge) -> None:
    address = f"{LIST}/{active_charge.txid}/edit"
    assertContains(marina.get(address), 'value="60:00"')
    marina.post(address, edited(active_charge, expiration="45:30", description="Changed"))
    active_charge.refresh_from_db()
    assert (active_charge.expiration_seconds, active_charge.description) == (2730, "Changed")
    assert active_charge.revision == 1


def test_an_edit_form_does_not_undo_what_was_changed_since_it_was_opened(
    marina: Browser, merchant: Merchant, active_charge: Charge
) -> None:
    address, form = f"{LIST}/{active_charge.txid}/edit", edited(active_charge, amount="100,00", description="Changed")
    merchant.call("PATCH", f"/v1/dynamic/{active_charge.txid}", {"amount": 250})
    assertContains(marina.post(address, form), "Somebody else has changed this charge", status_code=422)
    active_charge.refresh_from_db()
    assert (active_charge.amount, active_charge.description) == (Decimal(250), "")


def test_an_edit_form_sent_as_it_was_opened_changes_nothing(marina: Browser, active_charge: Charge) -> None:
    address = f"{LIST}/{active_charge.txid}/edit"
    answer = marina.post(address, edited(active_charge, amount="100,00", expiration="60:00"), follow=True)
    assertContains(answer, "There was nothing to change.")
    active_charge.refresh_from_db()
    assert active_charge.revision == 0


def test_a_charge_is_deleted_after_being_asked_once_more(marina: Browser, active_charge: Charge) -> None:
    address = f"{LIST}/{active_charge.txid}/delete"
    assertContains(marina.get(address), "stops working at once")
    marina.post(address, {"key": uuid4()})
    active_charge.refresh_from_db()
    assert active_charge.status == ChargeStatus.CANCELLED
    assertContains(marina.post(address, {"key": uuid4()}), "Only an active charge", status_code=422)


CLOSED = {
    ChargeStatus.EXPIRED: "Only an active charge that has not expired",
    ChargeStatus.CANCELLED: "Only an active charge that has not expired",
    ChargeStatus.PARTIALLY_REFUNDED: "Only an active charge that has not expired",
    ChargeStatus.REFUNDED: "Only an active charge that has not expired",
    ChargeStatus.PAID: "This charge was paid in the meantime",
}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "dialog"])
@pytest.mark.parametrize("status", CLOSED)
@pytest.mark.parametrize("action", ["edit", "delete"])
def test_a_charge_that_is_closed_offers_no_form_but_the_reason_and_the_way_back(
    marina: Browser, shop: Client, action: str, status: ChargeStatus, headers: dict[str, str]
) -> None:
    home = f"{LIST}/{listed_charge(shop, status=status).txid}"
    answer = marina.get(f"{home}/{action}", headers=headers)
    assertContains(answer, CLOSED[status], status_code=422)
    assertContains(answer, f'href="{home}"', status_code=422)
    assertNotContains(answer, 'name="key"', status_code=422)


def test_a_charge_whose_end_has_passed_offers_no_form_either(marina: Browser, active_charge: Charge) -> None:
    Charge.objects.update(expires_at=clock.now())
    for action in ("edit", "delete"):
        assert marina.get(f"{LIST}/{active_charge.txid}/{action}").status_code == 422


def test_whoever_may_not_change_a_charge_is_led_back_to_it_and_to_none_that_does_not_exist(
    reader: Browser, marina: Browser, active_charge: Charge
) -> None:
    home = f"{LIST}/{active_charge.txid}"
    assertContains(reader.get(f"{home}/edit"), f'href="{home}"', status_code=403)
    assertNotContains(marina.get(f"{LIST}/nothing/edit"), f'href="{LIST}/nothing"', status_code=404)


def test_only_the_question_in_the_dialog_is_answered_in_the_dialog(marina: Browser, active_charge: Charge) -> None:
    address = f"{LIST}/{active_charge.txid}/delete"
    assertContains(marina.get(address, headers=HTMX), IN_DIALOG)
    assertNotContains(marina.get(address), IN_DIALOG)


@pytest.mark.parametrize("cpf", ["39053344705", "12345678900"], ids=["right", "wrong"])
@pytest.mark.parametrize("typed_last", ["cpf", "cnpj"])
def test_a_cpf_beside_a_cnpj_is_refused_at_the_cnpj_whichever_is_typed_last(
    marina: Browser, shop: Client, typed_last: str, cpf: str
) -> None:
    form = charge_form(cpf=cpf, cnpj="11222333000181", check=typed_last)
    html = marina.post(f"{LIST}/new", form, headers=HTMX).content.decode()
    at_cnpj = html if typed_last == "cnpj" else html.partition('hx-swap-oob="innerHTML:#id_cnpj_error"')[2]
    assert "Fill in a CPF or a CNPJ, not both." in at_cnpj.partition("hx-swap-oob")[0]


def test_an_emptied_cpf_takes_the_refusal_at_the_cnpj_with_it(marina: Browser, shop: Client) -> None:
    form = charge_form(cpf="", cnpj="11222333000181", check="cpf")
    answer = marina.post(f"{LIST}/new", form, headers=HTMX)
    assertContains(answer, '<div hx-swap-oob="innerHTML:#id_cnpj_error"></div>')


@pytest.mark.parametrize(
    ("names", "pressed", "focused"),
    [
        (["a"], {"add_row": "yes"}, 'id="information-2"'),
        (["a", "b", "c"], {"remove_row": "2"}, 'id="information-2"'),
        (["a", "b"], {"remove_row": "2"}, 'name="add_row"'),
        (["a"], {"remove_row": "1"}, 'id="information-1"'),
        (["a"], {"remove_row": "7"}, 'name="add_row"'),
    ],
)
def test_the_focus_goes_to_the_row_in_hand(
    marina: Browser, shop: Client, names: list[str], pressed: dict[str, str], focused: str
) -> None:
    form = charge_form(information_name=names, information_value=names, **pressed)
    html = marina.post(f"{LIST}/new", form, headers=HTMX).content.decode()
    assert [focused in tag for tag in re.findall("<[^>]*data-focus[^>]*>", html)] == [True]
    assertNotContains(marina.post(f"{LIST}/new", form), "data-focus")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize(
    "case", [("amount", "abc", "Type an amount such as"), ("document", "111", "This is not a CPF or a CNPJ.")]
)
def test_what_is_wrong_with_a_pix_of_the_sandbox_is_said_at_its_field(
    marina: Browser, active_charge: Charge, case: tuple[str, str, str], headers: dict[str, str]
) -> None:
    field, value, sentence = case
    answer = marina.post(f"{LIST}/{active_charge.txid}/pay", {field: value}, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert ("<html" in html) == (not headers)
    assert sentence in html.partition(f'id="pay-{field}_error"')[2].partition("</div>")[0]
    assert f'value="{value}"' in html
    assert re.search(r'<details id="pay-otherwise"\s+open', html)
    assert "data-toast" not in html
    assert not active_charge.payments.exists()
