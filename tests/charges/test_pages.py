"""What the pages of charges promise."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import Client
from charges.models import Charge, Refund
from charges.states import ChargeStatus
from core import clock
from tests.charges.conftest import make_charge, pay
from tests.charges.factories import EVERY_FINE, browser_of, listed_charge, person_of
from tests.conftest import Merchant, actor_for

LIST = "/charges"
HTMX = {"HX-Request": "true"}
WHOLE, MASKED = "390.533.447-05", "***.533.447-**"


@pytest.fixture
def marina(shop: Client) -> Browser:
    return browser_of(person_of(shop))


@pytest.fixture
def reader(shop: Client) -> Browser:
    return browser_of(person_of(shop, withheld=EVERY_FINE))


def txids(html: str) -> list[str]:
    return re.findall(r'id="charge-(\w+)"', html)


def get(browser: Browser, query: str = "", **headers: str) -> str:
    return browser.get(f"{LIST}{query}", headers=headers or None).content.decode()


def file_rows(browser: Browser, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"{LIST}/file.csv{query}")
    assert answer.status_code == 200, answer.content[:300]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# The list -----------------------------------------------------------------------------------------------------------


def test_page_and_fragment_share_their_rows(marina: Browser, shop: Client) -> None:
    made = [listed_charge(shop).txid for _ in range(3)]
    page, fragment = get(marina), get(marina, **HTMX)
    assert txids(page) == txids(fragment) == made[::-1]
    assert "<html" in page
    assert "<html" not in fragment


def test_going_back_in_history_gives_the_whole_page(marina: Browser, shop: Client) -> None:
    assert "<html" in get(marina, **{**HTMX, "HX-History-Restore-Request": "true"})


@pytest.mark.parametrize(
    "query", ["?document=12345678900", "?period_from=2026-11-02&period_to=2026-11-01", "?status=LOST", "?period=always"]
)
def test_an_invalid_filter_lists_nothing_and_says_why(marina: Browser, shop: Client, query: str) -> None:
    listed_charge(shop)
    html = get(marina, query)
    assert txids(html) == []
    assert "Nothing is listed until these filters are right" in html
    assert marina.get(f"{LIST}/file.csv{query}").status_code == 400


def test_the_period_is_still_named_while_another_filter_is_wrong(marina: Browser, shop: Client) -> None:
    html = marina.get(f"{LIST}?document=111&period_from=2026-11-01&period_to=2026-11-07").content.decode()
    assert '<span id="period-text">11/01/2026 – 11/07/2026</span>' in html


def test_a_chip_removes_one_filter_and_leaves_the_others(marina: Browser, shop: Client) -> None:
    html = get(marina, "?document=390.533.447-05&reference=pedido&period=30d")
    links = re.findall(r'class="chip.*?href="\?(.*?)"', html)
    assert [link.replace("&amp;", "&") for link in links] == [
        "reference=pedido&period=30d",
        "document=390.533.447-05&period=30d",
    ]


def test_empty_parameters_leave_the_address(marina: Browser, shop: Client) -> None:
    assertRedirects(marina.get(f"{LIST}?document=&status=PAID&reference="), f"{LIST}?status=PAID")
    fragment = marina.get(f"{LIST}?document=&status=PAID", headers=HTMX)
    assert fragment["HX-Replace-Url"] == f"{LIST}?status=PAID"


def test_filters_narrow_the_list(marina: Browser, shop: Client) -> None:
    wanted = listed_charge(shop, user_reference="pedido-1", debtor_document="11222333000181")
    listed_charge(shop, user_reference="other")
    assert txids(get(marina, "?reference=pedido")) == [wanted.txid]
    assert txids(get(marina, "?document=11.222.333/0001-81")) == [wanted.txid]


def test_an_open_charge_whose_end_has_passed_is_listed_as_expired(marina: Browser, shop: Client) -> None:
    moment = clock.now()
    late = listed_charge(shop, created_at=moment - timedelta(hours=2), expires_at=moment - timedelta(hours=1))
    assert txids(get(marina, "?status=EXPIRED")) == [late.txid]
    assert txids(get(marina, "?status=ACTIVE")) == []


def test_several_statuses_may_match(marina: Browser, shop: Client) -> None:
    paid = listed_charge(shop, status=ChargeStatus.PAID)
    active = listed_charge(shop)
    listed_charge(shop, status=ChargeStatus.CANCELLED)
    assert txids(get(marina, "?status=PAID&status=ACTIVE")) == [active.txid, paid.txid]


def test_charges_of_payment_links_are_listed_only_when_asked_for(marina: Browser, shop: Client) -> None:
    listed_charge(shop, origin="PAYMENT_LINK")
    assert txids(get(marina)) == []
    assert len(txids(get(marina, "?links=on"))) == 1


def test_only_offered_columns_sort(marina: Browser, shop: Client) -> None:
    dear, cheap = listed_charge(shop, amount=200), listed_charge(shop, amount=50)
    assert txids(get(marina, "?order=amount")) == [cheap.txid, dear.txid]
    assert txids(get(marina, "?order=-amount")) == [dear.txid, cheap.txid]
    assert txids(get(marina, "?order=receiver_key")) == [cheap.txid, dear.txid]


def test_totals_count_and_sum_what_is_filtered(marina: Browser, shop: Client) -> None:
    listed_charge(shop, amount="1000.50")
    listed_charge(shop, amount="2000.00", status=ChargeStatus.CANCELLED)
    assert "R$3,000.50" in get(marina)
    assert "R$1,000.50" in get(marina, "?status=ACTIVE", **HTMX)


def test_a_wide_list_does_not_wait_for_its_totals(
    marina: Browser, shop: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.lists.pages.COUNTED_AT_ONCE", 1)
    listed_charge(shop, amount="10.00")
    listed_charge(shop, amount="20.00")
    assert "part=totals" in get(marina)
    assert "R$30.00" not in get(marina)
    assert "R$30.00" in get(marina, "?part=totals", **HTMX)
    assert len(txids(get(marina, "?part=totals"))) == 2


def test_five_rows_and_fifty_cost_the_same_queries(marina: Browser, shop: Client) -> None:
    def cost(rows: int) -> int:
        for _ in range(rows):
            listed_charge(shop)
        with CaptureQueriesContext(connection) as seen:
            get(marina, "?size=100")
        return len(seen)

    assert cost(5) == cost(45)


def test_another_clients_charges_are_absent(marina: Browser, stranger: Client) -> None:
    theirs = listed_charge(stranger)
    assert txids(get(marina, "?period=30d")) == []
    for path in ("", "/edit", "/delete", "/refund"):
        assert marina.get(f"{LIST}/{theirs.txid}{path}").status_code == 404
    for path in ("/delete", "/refund", "/document", "/pay", "/expire"):
        assert marina.post(f"{LIST}/{theirs.txid}{path}", {"key": uuid4()}).status_code == 404


# The file -----------------------------------------------------------------------------------------------------------


def test_the_file_holds_the_rows_of_the_list(marina: Browser, shop: Client) -> None:
    for number in range(25):
        listed_charge(shop, user_reference=f"pedido-{number}")
    listed_charge(shop, user_reference="other")
    query = "?reference=pedido&order=amount&size=50"
    assert [row["Tx ID"] for row in file_rows(marina, query)] == txids(get(marina, query))


def test_the_file_is_safe_and_readable_in_portuguese(shop: Client) -> None:
    listed_charge(shop, debtor_name="=HYPERLINK(1)", amount="1234.56")
    answer = browser_of(person_of(shop), "pt-br").get(f"{LIST}/file.csv?document=390.533.447-05")
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    row = next(csv.reader(io.StringIO(text.splitlines()[1]), delimiter=";"))
    assert row[0] == "'=HYPERLINK(1)"
    assert "1234,56" in row
    assert "Criada em (Horário de Brasília (UTC\N{MINUS SIGN}03:00))" in text.splitlines()[0]
    assert "39053344705" not in answer["Content-Disposition"]
    assert "doc-filtered" in answer["Content-Disposition"]


def test_a_file_of_too_many_rows_is_refused_in_words(
    marina: Browser, shop: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.exports.csv.MOST_ROWS", 1)
    listed_charge(shop)
    listed_charge(shop)
    answer = marina.get(f"{LIST}/file.csv")
    assertContains(answer, "Choose a shorter period", status_code=422)


# Roles --------------------------------------------------------------------------------------------------------------


def test_documents_are_masked_without_the_permission(marina: Browser, shop: Client) -> None:
    listed_charge(shop)
    masked = browser_of(person_of(shop, withheld=["pii"]))
    assert WHOLE in get(marina)
    assert MASKED in get(masked)
    assert WHOLE not in get(masked)
    assert file_rows(masked)[0]["CPF/CNPJ"] == MASKED


def test_a_reader_sees_no_actions_and_may_take_none(reader: Browser, shop: Client) -> None:
    charge = make_charge(actor_for(shop))
    paid = pay(make_charge(actor_for(shop)))
    assert "/charges/new" not in get(reader)
    assert "file.csv" not in get(reader)
    for each in (charge, paid):
        detail = reader.get(f"{LIST}/{each.txid}")
        for action in ("edit", "delete", "refund", "document", "pay", "expire"):
            assertNotContains(detail, f"{each.txid}/{action}")
            assert reader.post(f"{LIST}/{each.txid}/{action}", {"key": uuid4()}).status_code == 403
    assert reader.post(f"{LIST}/new", {"key": uuid4()}).status_code == 403
    assert reader.get(f"{LIST}/file.csv").status_code == 403


def test_looking_at_a_whole_document_is_recorded(marina: Browser, shop: Client) -> None:
    charge = make_charge(actor_for(shop), debtor_document="39053344705", debtor_name="Ana")
    assertNotContains(marina.get(f"{LIST}/{charge.txid}"), WHOLE)
    assertContains(marina.post(f"{LIST}/{charge.txid}/document"), WHOLE)
    assertContains(marina.get(f"{LIST}/{charge.txid}"), "Whole document looked at")


# The forms ----------------------------------------------------------------------------------------------------------


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


def test_the_edit_form_shows_and_sends_minutes_and_seconds(marina: Browser, active_charge: Charge) -> None:
    address = f"{LIST}/{active_charge.txid}/edit"
    assertContains(marina.get(address), 'value="60:00"')
    marina.post(address, charge_form(expiration="45:30", description="Changed"))
    active_charge.refresh_from_db()
    assert (active_charge.expiration_seconds, active_charge.description) == (2730, "Changed")
    assert active_charge.revision == 1


def test_a_charge_is_deleted_after_being_asked_once_more(marina: Browser, active_charge: Charge) -> None:
    address = f"{LIST}/{active_charge.txid}/delete"
    assertContains(marina.get(address), "stops working at once")
    marina.post(address, {"key": uuid4()})
    active_charge.refresh_from_db()
    assert active_charge.status == ChargeStatus.CANCELLED
    assertContains(marina.post(address, {"key": uuid4()}), "Only an active charge", status_code=422)


# Refunds ------------------------------------------------------------------------------------------------------------

RefundFormMaker = Callable[..., dict[str, Any]]


@pytest.fixture
def refund_form(paid_charge: Charge) -> RefundFormMaker:
    pix = paid_charge.payments.get().end_to_end_id

    def form(**fields: Any) -> dict[str, Any]:
        usual = {"key": str(uuid4()), "end_to_end_id": pix, "whole": "100.00", "how_much": "part", "amount": "30"}
        return {**usual, **fields}

    return form


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


# Static codes and test data -----------------------------------------------------------------------------------------


def test_a_static_code_is_made_and_read_again(marina: Browser, shop: Client) -> None:
    made = marina.post(
        f"{LIST}/static-qr", {"key": "pix@loja.example", "name": "Loja São", "city": "São Paulo", "txid": "mesa-1"}
    )
    code = made.context["made"].pix_copy_and_paste
    assertContains(made, "mesa1")
    read = marina.post(f"{LIST}/static-qr", {"code": code})
    assert ("Pix key", "pix@loja.example") in read.context["lines"]


def test_a_broken_code_is_refused_with_the_rule(marina: Browser, shop: Client) -> None:
    assertContains(marina.post(f"{LIST}/static-qr", {"code": "000201"}), "Read a code", status_code=422)


def test_test_data_exists_in_the_sandbox_alone(marina: Browser, shop: Client, settings: Any) -> None:
    assertContains(marina.get("/test-data"), "123.456.789-09")
    settings.SANDBOX = False
    assert marina.get("/test-data").status_code == 404
    assert marina.post(f"{LIST}/x/pay").status_code == 404
