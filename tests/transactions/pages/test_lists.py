"""What the lists of card transactions, orders and contracts promise."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from core import clock
from core.actor import Actor
from tests.charges.conftest import make_charge, pay
from tests.transactions.conftest import do, repeat, sell
from tests.transactions.pages.conftest import HTMX, listed_card, listed_order, only
from transactions.models import CardPayment, Contract, Order
from transactions.states import Action, CardStatus

pytestmark = pytest.mark.django_db
CARDS, ORDERS, CONTRACTS = "/transactions/credit-card", "/transactions/orders", "/transactions/contracts"


def rows_of(html: str) -> list[str]:
    return re.findall(r'id="(?:card|order|contract)-([\w.-]+)"', html)


def get(browser: Browser, address: str, **headers: str) -> str:
    answer = browser.get(address, headers=headers or None)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def file_rows(browser: Browser, address: str) -> list[dict[str, str]]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content[:300]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def id_of(card: CardPayment) -> str:
    return card.operation.operation_id


# Card transactions --------------------------------------------------------------------------------------------------


def test_page_and_fragment_share_their_rows(marina: Browser, shop: Client) -> None:
    made = [id_of(listed_card(shop)) for _ in range(3)]
    page, fragment = get(marina, CARDS), get(marina, CARDS, **HTMX)
    assert rows_of(page) == rows_of(fragment) == made[::-1]
    assert "<html" in page
    assert "<html" not in fragment


@pytest.mark.parametrize(
    ("status", "word", "look"),
    [
        (CardStatus.APPROVED, "Approved", "green"),
        (CardStatus.PENDING, "Pending", "yellow"),
        (CardStatus.DENIED, "Denied", "red"),
        (CardStatus.CANCELLED, "Cancelled", "gray"),
        (CardStatus.UNDER_REVIEW, "Under review", "blue"),
    ],
)
def test_each_status_has_its_colour(marina: Browser, shop: Client, status: CardStatus, word: str, look: str) -> None:
    listed_card(shop, status=status)
    table = get(marina, CARDS).partition("<tbody>")[2]
    assert re.search(rf'<span class="st st-{look}"><svg.*?</svg>{word}</span>', table)


def test_a_row_notes_what_waits_to_be_captured_and_what_came_back(marina: Browser, operator: Actor) -> None:
    sell(operator, capture=False)
    assert "To capture" in get(marina, CARDS)
    sale = sell(operator)
    do(operator, sale.operation, Action.REFUND, "10.00")
    listed = get(marina, f"{CARDS}?flag=PARTIALLY_REFUNDED")
    assert rows_of(listed) == [id_of(sale)]
    assert "Partially refunded" in listed.partition("<tbody>")[2]


def test_the_second_badges_filter_and_any_of_them_may_match(marina: Browser, shop: Client) -> None:
    refunded = id_of(listed_card(shop, refunded_amount=Decimal("1.00")))
    disputed = id_of(listed_card(shop, charged_back_amount=Decimal("1.00")))
    listed_card(shop)
    assert rows_of(get(marina, f"{CARDS}?flag=CHARGEBACK")) == [disputed]
    assert rows_of(get(marina, f"{CARDS}?flag=CHARGEBACK&flag=PARTIALLY_REFUNDED")) == [disputed, refunded]


def test_one_box_finds_by_transaction_id_nsu_and_order(marina: Browser, operator: Actor, shop: Client) -> None:
    wanted = sell(operator, capture=False)
    capture = do(operator, wanted.operation, Action.CAPTURE, "10.00")
    listed_card(shop, nsu="999999")
    for text in (id_of(wanted), capture.operation_id, capture.nsu, wanted.operation.order.order_id):
        assert rows_of(get(marina, f"{CARDS}?identification={text}")) == [id_of(wanted)], text
    assert rows_of(get(marina, f"{CARDS}?identification=nothing")) == []


def test_another_clients_identification_finds_nothing(marina: Browser, stranger: Client) -> None:
    theirs = listed_card(stranger, nsu="123456")
    for text in (id_of(theirs), "123456", theirs.operation.order.order_id):
        assert rows_of(get(marina, f"{CARDS}?identification={text}")) == []


def test_the_period_and_the_status_narrow(marina: Browser, shop: Client) -> None:
    old = listed_order(shop, created_at=clock.now() - timedelta(days=20))
    listed_card(shop, order=old)
    denied = id_of(listed_card(shop, status=CardStatus.DENIED))
    approved = id_of(listed_card(shop))
    assert rows_of(get(marina, CARDS)) == [approved, denied]
    assert rows_of(get(marina, f"{CARDS}?status=DENIED")) == [denied]
    assert len(rows_of(get(marina, f"{CARDS}?period=30d"))) == 3


def test_totals_count_and_sum_what_is_filtered(marina: Browser, shop: Client) -> None:
    listed_card(shop, amount=Decimal("1000.50"))
    listed_card(shop, amount=Decimal("2000.00"), status=CardStatus.DENIED)
    assert "R$3,000.50" in get(marina, CARDS)
    assert "R$1,000.50" in get(marina, f"{CARDS}?status=APPROVED", **HTMX)


def test_the_file_holds_the_rows_of_the_list_and_no_whole_card_number(marina: Browser, operator: Actor) -> None:
    sales = [sell(operator, user_reference=f"pedido-{number}") for number in range(3)]
    rows = file_rows(marina, f"{CARDS}/file.csv?order=amount")
    assert sorted(row["Transaction id"] for row in rows) == sorted(map(id_of, sales))
    assert (rows[0]["Last 4 digits"], rows[0]["Brand"], rows[0]["NSU"]) == ("0071", "Visa", sales[0].operation.nsu)
    assert "4111" not in str(rows)


def test_an_invalid_filter_lists_nothing_and_says_why(marina: Browser, shop: Client) -> None:
    listed_card(shop)
    html = get(marina, f"{CARDS}?status=LOST")
    assert rows_of(html) == []
    assert "Nothing is listed until these filters are right" in html


# Orders -------------------------------------------------------------------------------------------------------------


def test_orders_of_every_method_are_listed(marina: Browser, operator: Actor) -> None:
    pix = pay(make_charge(operator))
    card = sell(operator)
    assert set(rows_of(get(marina, ORDERS))) == {pix.txid, card.operation.order.order_id}
    assert rows_of(get(marina, f"{ORDERS}?method=PIX")) == [pix.txid]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=TO_CAPTURE", "open"),
        ("state=CAPTURED", "taken"),
        ("amount=captured_amount&amount_min=50", "taken"),
        ("amount=authorized_amount&amount_max=80,00", "open"),
        ("amount_min=100", "taken"),
        ("order=ta", "taken"),
    ],
)
def test_orders_are_filtered_as_the_api_filters_them(marina: Browser, shop: Client, query: str, found: str) -> None:
    listed_order(shop, order_id="open", amount=80, authorized_amount=80, capturable_amount=80)
    listed_order(shop, order_id="taken", amount=100, authorized_amount=100, captured_amount=100)
    assert rows_of(get(marina, f"{ORDERS}?{query}")) == [found]


def test_amounts_the_wrong_way_round_are_refused_in_words(marina: Browser, shop: Client) -> None:
    listed_order(shop)
    assert "The smallest amount is above the largest one" in get(marina, f"{ORDERS}?amount_min=10&amount_max=5")


def test_the_amounts_chosen_are_told_and_can_be_taken_out(marina: Browser, shop: Client) -> None:
    html = get(marina, f"{ORDERS}?amount=captured_amount&amount_min=10&amount_max=50&state=CAPTURED")
    assert "Captured from R$10.00 to R$50.00" in html
    assert 'href="?state=CAPTURED"' in html


def test_documents_are_masked_without_the_permission(marina: Browser, shop: Client) -> None:
    listed_order(shop)
    masked = only(shop, "export")
    assert "390.533.447-05" in get(marina, ORDERS)
    assert "***.533.447-**" in get(masked, ORDERS)
    assert "390.533.447-05" not in get(masked, ORDERS) + str(file_rows(masked, f"{ORDERS}/file.csv"))


# Contracts ----------------------------------------------------------------------------------------------------------


def test_contracts_are_filtered_by_customer_and_status(marina: Browser, operator: Actor) -> None:
    contract_id = repeat(operator).contract.contract_id
    assert rows_of(get(marina, CONTRACTS)) == [contract_id]
    assert rows_of(get(marina, f"{CONTRACTS}?customer=cliente-7&status=ACTIVE")) == [contract_id]
    assert rows_of(get(marina, f"{CONTRACTS}?customer=other")) == []
    assert rows_of(get(marina, f"{CONTRACTS}?status=INACTIVE")) == []
    assert file_rows(marina, f"{CONTRACTS}/file.csv")[0]["Card"] == "**** 0071"


# All of them --------------------------------------------------------------------------------------------------------


def listed_contract(client: Client) -> Contract:
    number = Contract.objects.count()
    moment = clock.now()
    return Contract.objects.create(
        client=client,
        contract_id=f"ctr_{number}",
        token=f"tok_{number}",
        gateway_token="x",
        customer_id="cliente",
        brand="VISA",
        last4="0071",
        consent_at=moment,
        created_by="erp",
        created_at=moment,
        updated_at=moment,
    )


MAKERS: list[tuple[str, Callable[[Client], Any]]] = [
    (CARDS, listed_card),
    (ORDERS, listed_order),
    (CONTRACTS, listed_contract),
]


@pytest.mark.parametrize(("address", "make"), MAKERS)
def test_five_rows_and_fifty_cost_the_same_queries(
    marina: Browser, shop: Client, address: str, make: Callable[[Client], Any]
) -> None:
    def cost(rows: int) -> int:
        for _ in range(rows):
            make(shop)
        with CaptureQueriesContext(connection) as seen:
            get(marina, f"{address}?size=100")
        return len(seen)

    assert cost(5) == cost(45)


@pytest.mark.parametrize(("address", "make"), MAKERS)
def test_another_clients_rows_are_absent(
    marina: Browser, stranger: Client, address: str, make: Callable[[Client], Any]
) -> None:
    make(stranger)
    assert rows_of(get(marina, address)) == []
    assert file_rows(marina, f"{address}/file.csv") == []


@pytest.mark.parametrize("address", [CARDS, ORDERS, CONTRACTS])
def test_a_reader_is_offered_no_file(reader: Browser, address: str) -> None:
    assert "file.csv" not in get(reader, address)


def test_orders_show_what_their_amounts_say(marina: Browser, shop: Client) -> None:
    paid = {"authorized_amount": 100, "captured_amount": 100}
    listed_order(shop, **paid, refunded_amount=100)
    listed_order(shop)
    table = get(marina, ORDERS).partition("<tbody>")[2]
    assert "Refunded</span>" in table
    assert "Nothing taken</span>" in table
    assert Order.objects.count() == 2
