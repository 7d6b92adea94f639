"""The list: filters, order, totals, and what it costs."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertRedirects

from accounts.models import Client
from charges.filters import SHOWN
from charges.states import ChargeStatus
from core import clock
from tests.charges.factories import listed_charge
from tests.charges.pages.conftest import HTMX, LIST, get, txids


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
    assert "file.csv" not in html
    assertRedirects(marina.get(f"{LIST}/file.csv{query}"), f"{LIST}{query}")


def test_the_period_is_still_named_while_another_filter_is_wrong(marina: Browser, shop: Client) -> None:
    html = marina.get(f"{LIST}?document=111&period_from=2026-11-01&period_to=2026-11-07").content.decode()
    assert '<span id="period-text">11/01/2026 – 11/07/2026</span>' in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_period_that_cannot_be_is_still_shown(marina: Browser, shop: Client, headers: dict[str, str]) -> None:
    html = get(marina, "?period_from=2020-01-01&period_to=2026-11-28", **headers)
    assert re.search(r'<span id="period-text".*?>01/01/2020 – 11/28/2026</span>', html)


def test_the_switch_below_the_statuses_is_not_counted_as_one(marina: Browser, shop: Client) -> None:
    assert f"2 of {len(SHOWN)} chosen" in get(marina, "?status=PAID&status=EXPIRED&links=on")


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
