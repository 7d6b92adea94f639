"""What the pages of one card transaction, one order and one contract promise."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Client
from accounts.permissions import Module
from core.actor import Actor
from core.cards import Brand
from core.lists.short import SHORT
from gateways.notices import handle_waiting
from gateways.sandbox import published
from tests.charges.conftest import make_charge, pay
from tests.charges.factories import browser_of, person_of
from tests.gateways.published import NUMBERS
from tests.transactions.conftest import REVIEWED, do, repeat, sell
from tests.transactions.pages.conftest import HTMX, only
from tests.webhooks.conftest import make_endpoint
from transactions.actions.disputes import record_chargeback
from transactions.models import CardPayment, Recurrence
from transactions.queries.orders import card_of
from transactions.states import Action, CardStatus, ContractStatus, DisputeStatus, RecurrenceStatus, ScheduleStatus

pytestmark = pytest.mark.django_db
CARDS, ORDERS, CONTRACTS = "/transactions/credit-card", "/transactions/orders", "/transactions/contracts"


def page_of(card: CardPayment) -> str:
    return f"{CARDS}/{card.operation.operation_id}"


def offers(html: str) -> list[str]:
    return re.findall(r'href="/transactions/operations/[\w-]+/([\w-]+)"', html)


# One card transaction -----------------------------------------------------------------------------------------------


def test_the_tree_shows_each_operation_below_what_it_refers_to(
    marina: Browser, operator: Actor, authorization: CardPayment
) -> None:
    first = do(operator, authorization.operation, Action.CAPTURE, "60.00")
    refund = do(operator, first, Action.REFUND, "10.00")
    second = do(operator, authorization.operation, Action.CAPTURE, "40.00")
    html = marina.get(page_of(authorization)).content.decode()
    tree = html[html.index('<ol class="tree">') : html.index("facts-heading")]
    shown = re.findall(r'class="op" id="op-([\w-]+)"', tree)
    assert shown == [each.operation_id for each in (authorization.operation, first, refund, second)]
    inner = tree[tree.index(first.operation_id) : tree.index(second.operation_id)]
    assert inner.index("<ol>") < inner.index(refund.operation_id)
    assert "R$10.00" in html.replace('<span class="cur">R$</span>', "R$")


def test_only_what_is_possible_now_is_offered(marina: Browser, operator: Actor, authorization: CardPayment) -> None:
    assert offers(marina.get(page_of(authorization)).content.decode()) == ["capture", "reversal"]
    do(operator, authorization.operation, Action.CAPTURE)
    assert offers(marina.get(page_of(authorization)).content.decode()) == ["refund", "chargeback", "cancel"]


@pytest.mark.parametrize(
    ("fine", "offered"),
    [
        ("capture", ["cancel"]),
        ("refund", ["refund"]),
        ("chargeback", ["chargeback"]),
        ("rebuild", []),
        ("reversal", []),
    ],
)
def test_permissions_narrow_the_offers(
    shop: Client, sale: CardPayment, reader: Browser, fine: str, offered: list[str]
) -> None:
    assert offers(only(shop, fine).get(page_of(sale)).content.decode()) == offered
    assert offers(reader.get(page_of(sale)).content.decode()) == []


def test_receivables_disputes_and_history_are_shown(marina: Browser, operator: Actor) -> None:
    sale = sell(operator, amount=Decimal("300.00"), installments=3, payment_type="PARCELADO_LOJA")
    record_chargeback(actor=operator, operation_id=sale.operation.operation_id, amount=None)
    page = marina.get(page_of(sale))
    assertContains(page, "3/3")
    assertContains(page, "Chargeback of R$300.00 opened")
    assertContains(page, "Payment of R$300.00 approved")
    assertContains(page, "Blocked")
    assertContains(page, "chargeback-reversal")


def test_a_refusal_says_what_its_code_means(marina: Browser, operator: Actor) -> None:
    denied = sell(operator, NUMBERS[Brand.VISA]["2"])
    assertContains(marina.get(page_of(denied)), "Ask the cardholder to call the issuer")


def test_webhooks_sent_are_shown_to_those_who_may_see_webhooks(shop: Client, operator: Actor) -> None:
    make_endpoint(operator, event_type="CARD_PAYMENT_INBOUND")
    sale = sell(operator)
    person = person_of(shop, module=Module.CREDIT_CARD)
    assertNotContains(browser_of(person).get(page_of(sale)), "receiver.example.com")
    person.memberships.get().roles.create(module=Module.WEBHOOK, withheld=[])
    assertContains(browser_of(person).get(page_of(sale)), "receiver.example.com")


def test_a_fragment_is_the_part_that_changes(marina: Browser, sale: CardPayment) -> None:
    fragment = marina.get(page_of(sale), headers=HTMX)
    assertContains(fragment, 'data-live="card"')
    assertNotContains(fragment, "<html")


def test_the_page_costs_the_same_queries_however_long_its_history(
    marina: Browser, operator: Actor, authorization: CardPayment
) -> None:
    def cost(captures: int) -> int:
        for _ in range(captures):
            do(operator, do(operator, authorization.operation, Action.CAPTURE, "1.00"), Action.REFUND, "0.50")
        with CaptureQueriesContext(connection) as seen:
            marina.get(page_of(authorization))
        return len(seen)

    assert cost(1) == cost(6)


# The sandbox --------------------------------------------------------------------------------------------------------


def simulate(browser: Browser, card: CardPayment, event: str) -> Any:
    return browser.post(f"/transactions/sandbox/{card.operation.operation_id}/{event}")


def test_sandbox_buttons_open_and_decide_a_chargeback(marina: Browser, sale: CardPayment) -> None:
    assertContains(marina.get(page_of(sale)), "/chargeback")
    assert simulate(marina, sale, "chargeback")["Location"] == page_of(sale)
    handle_waiting()
    dispute = sale.operation.disputes.get()
    assert dispute.status == DisputeStatus.OPEN
    assertContains(marina.get(page_of(sale)), "Lose the dispute")
    simulate(marina, sale, "lose")
    handle_waiting()
    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.LOST


def test_sandbox_buttons_decide_a_review(marina: Browser, operator: Actor) -> None:
    reviewed = sell(operator, REVIEWED)
    assertContains(marina.get(page_of(reviewed)), "Approve the review")
    simulate(marina, reviewed, "approve")
    handle_waiting()
    assert card_of(operator, reviewed.operation.operation_id).status == CardStatus.APPROVED


def test_the_sandbox_does_not_exist_in_production(marina: Browser, sale: CardPayment, settings: Any) -> None:
    settings.SANDBOX = False
    assertNotContains(marina.get(page_of(sale)), "/transactions/sandbox/")
    assert simulate(marina, sale, "chargeback").status_code == 404
    assert simulate(marina, sale, "nonsense").status_code == 404


def test_the_page_of_test_data_shows_the_published_cards_by_brand(marina: Browser, shop: Client) -> None:
    page = marina.get("/test-data")
    for numbers in NUMBERS.values():
        for number in numbers.values():
            assertContains(page, f'data-copy="{number}"')


def test_the_published_cards_are_those_of_the_guide() -> None:
    assert {
        brand: dict(zip(published.DIGITS, each, strict=True)) for brand, each in published.NUMBERS.items()
    } == NUMBERS


# Long trees ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def captured_often(operator: Actor, authorization: CardPayment) -> CardPayment:
    for _ in range(SHORT + 3):
        do(operator, authorization.operation, Action.CAPTURE, "1.00")
    return authorization


def shown_operations(html: str) -> list[str]:
    return re.findall(r'class="op" id="op-([\w-]+)"', html)


def test_a_long_tree_shows_its_newest_operations_and_all_for_who_asks(
    marina: Browser, captured_often: CardPayment
) -> None:
    every = list(captured_often.operation.order.operations.order_by("pk").values_list("operation_id", flat=True))
    short = marina.get(page_of(captured_often))
    assert shown_operations(short.content.decode()) == [every[0], *every[-SHORT:]]
    assertContains(short, "3 older operations")
    whole = marina.get(f"{page_of(captured_often)}?whole", headers=HTMX)
    assert shown_operations(whole.content.decode()) == every
    assertContains(whole, f'hx-get="{page_of(captured_often)}?whole"')  # a change keeps it whole
    assertNotContains(whole, "Show all")


def test_where_too_much_is_possible_to_list_each_operation_has_a_menu(
    marina: Browser, reader: Browser, captured_often: CardPayment
) -> None:
    html = marina.get(page_of(captured_often)).content.decode()
    assert set(offers(html)) == {"actions"}
    capture = captured_often.operation.order.operations.order_by("-pk")[0]
    address = f"/transactions/operations/{capture.operation_id}/actions"
    for page in (marina.get(address), marina.get(address, headers=HTMX)):
        assert offers(page.content.decode()) == ["refund", "chargeback", "cancel"]
        assertContains(page, f"/transactions/sandbox/{capture.operation_id}/chargeback")
    assert offers(reader.get(page_of(captured_often)).content.decode()) == []
    assertContains(reader.get(address), "None for you at this moment.")


def test_many_refunds_leave_the_buttons_of_the_sandbox(marina: Browser, operator: Actor, sale: CardPayment) -> None:
    for _ in range(SHORT + 1):
        do(operator, sale.operation, Action.REFUND, "1.00")
    page = marina.get(page_of(sale))
    assert offers(page.content.decode()) == ["refund", "chargeback"]
    assertContains(page, f"/transactions/sandbox/{sale.operation.operation_id}/chargeback")


def test_a_page_reads_no_more_for_a_hundred_operations_than_for_two(
    marina: Browser, operator: Actor, authorization: CardPayment
) -> None:
    do(operator, authorization.operation, Action.CAPTURE, "1.00")
    with CaptureQueriesContext(connection) as few:
        marina.get(page_of(authorization))
    for _ in range(SHORT):
        do(operator, authorization.operation, Action.CAPTURE, "1.00")
    with CaptureQueriesContext(connection) as many:
        marina.get(page_of(authorization))
    assert len(many) <= len(few) + 1  # how many receivables there are, where the page shows only the next


# One order ----------------------------------------------------------------------------------------------------------


def test_an_order_shows_every_attempt_and_leads_to_each_payment(marina: Browser, operator: Actor) -> None:
    denied = sell(operator, NUMBERS[Brand.VISA]["2"], order_id="pedido-1")
    paid = sell(operator, order_id="pedido-1")
    page = marina.get(f"{ORDERS}/pedido-1")
    for each in (denied, paid):
        assertContains(page, page_of(each))
    assert offers(page.content.decode()) == ["refund", "chargeback", "cancel"]


def test_an_order_paid_by_pix_leads_to_its_charge_and_offers_its_refund(shop: Client, operator: Actor) -> None:
    charge = pay(make_charge(operator))
    person = person_of(shop, module=Module.CREDIT_CARD)
    cards_alone = browser_of(person).get(f"{ORDERS}/{charge.txid}")
    assertNotContains(cards_alone, f"/charges/{charge.txid}")
    assert offers(cards_alone.content.decode()) == []
    person.memberships.get().roles.create(module=Module.CHARGES, withheld=[])
    page = browser_of(person).get(f"{ORDERS}/{charge.txid}")
    assertContains(page, f"/charges/{charge.txid}")
    assert offers(page.content.decode()) == ["refund"]


# One contract -------------------------------------------------------------------------------------------------------


@pytest.fixture
def recurrence(operator: Actor) -> Recurrence:
    return repeat(operator)


def address_of(recurrence: Recurrence) -> str:
    return f"{CONTRACTS}/{recurrence.contract.contract_id}"


def agree(browser: Browser, address: str) -> Any:
    """Opens the question and answers it."""
    key = re.search(r'name="key" value="([\w-]+)"', browser.get(address).content.decode())
    assert key
    return browser.post(address, {"key": key[1]})


def test_a_contract_shows_its_recurrence_with_every_charge(marina: Browser, recurrence: Recurrence) -> None:
    page = marina.get(address_of(recurrence))
    assertContains(page, "Scheduled</span>", count=12)
    assertContains(page, "Monthly")
    assertNotContains(page, "39053344705")


def test_one_charge_is_cancelled_and_the_others_stay(marina: Browser, recurrence: Recurrence) -> None:
    schedule = recurrence.schedules.order_by("number")[3]
    answer = agree(
        marina, f"/transactions/recurrences/{recurrence.recurrence_id}/schedules/{schedule.schedule_id}/cancel"
    )
    assert answer["Location"] == address_of(recurrence)
    cancelled = recurrence.schedules.filter(status=ScheduleStatus.CANCELLED)
    assert [each.number for each in cancelled] == [4]


def test_a_recurrence_is_cancelled_after_being_asked_once_more(marina: Browser, recurrence: Recurrence) -> None:
    address = f"/transactions/recurrences/{recurrence.recurrence_id}/cancel"
    assertContains(marina.get(address), "Cannot be undone")
    agree(marina, address)
    recurrence.refresh_from_db()
    assert recurrence.status == RecurrenceStatus.CANCELLED
    key = "00000000-0000-4000-8000-000000000001"
    assertContains(marina.post(address, {"key": key}), "This recurrence has ended", status_code=422)


def test_deactivating_a_contract_ends_what_is_charged_to_it(marina: Browser, recurrence: Recurrence) -> None:
    agree(marina, f"{address_of(recurrence)}/deactivate")
    recurrence.refresh_from_db()
    recurrence.contract.refresh_from_db()
    assert (recurrence.contract.status, recurrence.status) == (ContractStatus.INACTIVE, RecurrenceStatus.CANCELLED)
    assertNotContains(marina.get(address_of(recurrence)), "/deactivate")


def test_the_sandbox_makes_the_next_charge_now(marina: Browser, recurrence: Recurrence) -> None:
    marina.post(f"/transactions/recurrences/{recurrence.recurrence_id}/run-next")
    first = recurrence.schedules.order_by("number")[0]
    assert first.status == ScheduleStatus.PAID
    assert first.payment is not None
    assertContains(marina.get(address_of(recurrence)), first.payment.operation.operation_id)


def test_a_reader_is_offered_no_end(reader: Browser, recurrence: Recurrence) -> None:
    page = reader.get(address_of(recurrence))
    assertNotContains(page, "/cancel")
    assertNotContains(page, "/deactivate")
    assertNotContains(page, "/run-next")


def test_the_page_of_a_contract_costs_the_same_queries_however_much_is_charged_to_it(
    marina: Browser, operator: Actor, recurrence: Recurrence
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            marina.get(address_of(recurrence))
        return len(seen)

    before = cost()
    for _ in range(3):
        other = repeat(operator)
        Recurrence.objects.filter(pk=other.pk).update(contract=recurrence.contract)
    assert cost() == before
