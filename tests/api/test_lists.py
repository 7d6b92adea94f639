"""Lists of the API (API.md 5), on charges."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from charges.models import Charge
from core import clock
from core.actor import Actor
from core.api.lists import read_period
from core.errors import InvalidParameters
from tests.charges.conftest import make_charge, pay
from tests.conftest import Merchant

pytestmark = pytest.mark.django_db
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
NOVEMBER = "initialDate=2026-11-01&endDate=2026-11-30"


def place(charge: Charge, moment: datetime) -> Charge:
    """The charge as if it had been made at another moment."""
    Charge.objects.filter(pk=charge.pk).update(
        created_at=moment, updated_at=moment, expires_at=moment + timedelta(hours=1)
    )
    return charge


@pytest.fixture
def five(operator: Actor) -> list[str]:
    """Newest first; all of them in the same millisecond, so that only their ids tell them apart."""
    charges = [place(make_charge(operator), NOON) for _ in range(5)]
    return [charge.txid for charge in reversed(charges)]


def listed(merchant: Merchant, query: str) -> dict[str, Any]:
    answer = merchant.get(f"/v1/dynamic?{query}")
    assert answer.status_code == 200, answer.content
    envelope: dict[str, Any] = answer.json()
    return envelope


def txids(envelope: dict[str, Any]) -> list[str]:
    return [row["txid"] for row in envelope["content"]]


def test_pages_are_counted_from_zero(merchant: Merchant, five: list[str]) -> None:
    page = listed(merchant, f"{NOVEMBER}&page=1&size=2")
    assert txids(page) == five[2:4]
    counted = {name: page[name] for name in ("page", "size", "totalElements", "totalPages")}
    assert counted == {"page": 1, "size": 2, "totalElements": 5, "totalPages": 3}


def test_a_page_behind_the_last_is_empty(merchant: Merchant, five: list[str]) -> None:
    page = listed(merchant, f"{NOVEMBER}&page=999999999&size=200")
    assert (page["content"], page["totalElements"], page["nextCursor"]) == ([], 5, None)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 200])
def test_cursors_walk_every_row_once_even_within_one_millisecond(
    merchant: Merchant, five: list[str], size: int
) -> None:
    page = listed(merchant, f"{NOVEMBER}&size={size}")
    seen = txids(page)
    while page["nextCursor"]:
        page = listed(merchant, f"{NOVEMBER}&size={size}&cursor={page['nextCursor']}")
        assert page["page"] is None
        seen += txids(page)
    assert seen == five


def test_cursors_follow_the_date_that_was_asked_for(merchant: Merchant, operator: Actor) -> None:
    paid = [pay(make_charge(operator)).txid for _ in range(3)]
    Charge.objects.update(paid_at=NOON)
    make_charge(operator)
    first = listed(merchant, f"{NOVEMBER}&dateField=PAID&size=2")
    second = listed(merchant, f"{NOVEMBER}&dateField=PAID&size=2&cursor={first['nextCursor']}")
    assert set(txids(first) + txids(second)) >= set(paid)
    other_order = merchant.get(f"/v1/dynamic?{NOVEMBER}&size=2&cursor={first['nextCursor']}")
    assert other_order.status_code == 400


def test_only_paid_charges_are_listed_by_payment(merchant: Merchant, active_charge: Charge) -> None:
    assert listed(merchant, f"txid={active_charge.txid}&dateField=PAID")["content"] == []


def test_a_cursor_that_nobody_gave_is_400(merchant: Merchant, five: list[str]) -> None:
    given = listed(merchant, f"{NOVEMBER}&size=2")["nextCursor"]
    for cursor in (given[:-1], given + "A", "!" + given, given.swapcase(), "abc", "é"):
        answer = merchant.get(f"/v1/dynamic?{NOVEMBER}&cursor={quote(cursor)}")
        assert answer.status_code == 400, cursor
        assert answer.json()["errors"][0].startswith("cursor: ")


def test_a_cursor_is_good_for_its_own_list_and_client_alone(
    merchant: Merchant, foreigner: Merchant, five: list[str]
) -> None:
    given = listed(merchant, f"{NOVEMBER}&size=2")["nextCursor"]
    for caller, path in ((foreigner, "/v1/dynamic"), (merchant, "/v1/refunds"), (merchant, "/v1/orders")):
        answer = caller.get(f"{path}?{NOVEMBER}&cursor={given}")
        assert (answer.status_code, answer.json()["errors"]) == (400, ["cursor: is not a cursor that this list gave"])
    assert txids(listed(merchant, f"{NOVEMBER}&size=2&cursor={given}")) == five[2:4]
    alias = merchant.get(f"/charge/v1/dynamic?{NOVEMBER}&size=2&cursor={given}")
    assert txids(alias.json()) == five[2:4]


def test_a_cursor_says_nothing_and_fits_into_a_query_as_it_is(merchant: Merchant, five: list[str]) -> None:
    given = listed(merchant, f"{NOVEMBER}&size=2")["nextCursor"]
    row = Charge.objects.get(txid=five[1])
    said = base64.urlsafe_b64decode(given)
    assert (len(given), quote(given)) == (60, given)
    for number in (row.pk, int(NOON.timestamp() * 1_000_000)):
        assert number.to_bytes(8) not in said
    assert NOON.isoformat().encode() not in said


def test_totals_are_left_out_on_request(merchant: Merchant, five: list[str]) -> None:
    page = listed(merchant, f"{NOVEMBER}&count=false&size=2")
    assert (page["totalElements"], page["totalPages"]) == (None, None)
    assert page["nextCursor"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("", "initialDate"),
        ("initialDate=2026-11-01", "endDate"),
        ("endDate=2026-11-01", "initialDate"),
        ("txid=", "initialDate"),
        ("txid=a&endDate=2026-11-01", "initialDate"),
        (f"{NOVEMBER}&page=-1", "page"),
        (f"{NOVEMBER}&page=1.0", "page"),
        (f"{NOVEMBER}&page=٣", "page"),
        (f"{NOVEMBER}&page={'9' * 30}", "page"),
        (f"{NOVEMBER}&size=0", "size"),
        (f"{NOVEMBER}&size=201", "size"),
        (f"{NOVEMBER}&page=0&cursor=x", "cursor"),
        (f"{NOVEMBER}&count=yes", "count"),
        (f"{NOVEMBER}&dateField=created", "dateField"),
        (f"{NOVEMBER}&status=active", "status"),
        (f"{NOVEMBER}&status=FAILED_CREATION", "status"),
        (f"{NOVEMBER}&origin=OTHER", "origin"),
        (f"{NOVEMBER}&naturalPersonIdentification=12345678900", "naturalPersonIdentification"),
        (
            f"{NOVEMBER}&naturalPersonIdentification=12345678909&legalPersonIdentification=11222333000181",
            "naturalPersonIdentification",
        ),
        (f"{NOVEMBER}&userReference={'a' * 78}", "userReference"),
        ("initialDate=2026-11-02&endDate=2026-11-01", "endDate"),
    ],
)
def test_a_parameter_that_cannot_be_right_is_named(merchant: Merchant, query: str, path: str) -> None:
    answer = merchant.get(f"/v1/dynamic?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith(f"{path}: ")


def test_empty_parameters_are_absent(merchant: Merchant, five: list[str]) -> None:
    assert txids(listed(merchant, f"{NOVEMBER}&status=&page=&size=&cursor=&count=&dateField=&userReference=")) == five


class TestDates:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-10T12:00:00Z",
            "2026-11-10T09:00:00-03:00",
            "2026-11-10t12:00:00.000z",
            "2026-11-10T12:00:00.000999999Z",
            "2026-11-10T12:00:00.0Z",
        ],
    )
    def test_moments_are_inclusive_to_the_millisecond(self, merchant: Merchant, five: list[str], text: str) -> None:
        assert len(txids(listed(merchant, f"initialDate={quote(text)}&endDate={quote(text)}"))) == 5

    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-10T12:00:00",
            "2026-11-10T12:00Z",
            "2026-11-10 12:00:00Z",
            "2026-11-10T12:00:00 03:00",
            "2026-11-10T12:00:00.Z",
            "2026-11-10T12:00:00.0000000000Z",
            "2026-11-10T25:00:00Z",
            "2026-11-10T12:00:00+24:00",
            "2026-11-31",
            "2026-W46-2",
            "20261110",
            "26-11-10",
            "2026-11-1",
            "٢٠٢٦-11-10",
            "0001-01-01",
            "9999-12-31",
            "yesterday",
        ],
    )
    def test_other_texts_are_no_dates(self, merchant: Merchant, text: str) -> None:
        answer = merchant.get(f"/v1/dynamic?initialDate={quote(text)}&endDate=2026-11-30")
        assert answer.status_code == 400
        assert answer.json()["errors"][0].startswith("initialDate: ")

    def test_a_day_is_the_clients_own(self, merchant: Merchant, operator: Actor, shop: Client) -> None:
        late = place(make_charge(operator), datetime(2026, 11, 11, 2, 59, 59, 999000, tzinfo=UTC))
        assert txids(listed(merchant, "initialDate=2026-11-10&endDate=2026-11-10")) == [late.txid]
        Client.objects.filter(pk=shop.pk).update(time_zone="Europe/Lisbon")
        assert txids(listed(merchant, "initialDate=2026-11-10&endDate=2026-11-10")) == []

    def test_a_day_ends_where_the_clocks_say_so(self) -> None:
        """Midnight of 2018-02-18 was set back in São Paulo, and that of 2018-11-04 did not exist."""
        longer = read_period("2018-02-17", "2018-02-17", SAO_PAULO)
        assert longer.end - longer.start == timedelta(hours=25) - clock.MILLISECOND
        shorter = read_period("2018-11-04", "2018-11-04", SAO_PAULO)
        assert shorter.end - shorter.start == timedelta(hours=23) - clock.MILLISECOND

    @pytest.mark.parametrize(
        ("start", "end", "fits"),
        [
            ("2025-01-01", "2026-01-02", True),
            ("2025-01-01", "2026-01-03", False),
            ("2025-01-01T00:00:00Z", "2026-01-02T00:00:00Z", True),
            ("2025-01-01T00:00:00Z", "2026-01-02T00:00:00.001Z", False),
        ],
    )
    def test_a_period_is_at_most_366_days_long(self, start: str, end: str, fits: bool) -> None:
        if fits:
            assert read_period(start, end, SAO_PAULO)
            return
        with pytest.raises(InvalidParameters):
            read_period(start, end, SAO_PAULO)


class TestFilters:
    @pytest.mark.parametrize("form", ["PARTIALLY%20REFUNDED", "PARTIALLY+REFUNDED", "PARTIALLY_REFUNDED"])
    def test_partially_refunded_is_understood_with_a_space_or_an_underscore(
        self, merchant: Merchant, paid_charge: Charge, form: str
    ) -> None:
        Charge.objects.update(status="PARTIALLY REFUNDED")
        page = listed(merchant, f"txid={paid_charge.txid}&status={form}")
        assert page["content"][0]["status"] == {"code": "5", "description": "PARTIALLY REFUNDED"}

    def test_expired_by_the_clock_is_expired_in_the_filter(self, merchant: Merchant, five: list[str]) -> None:
        assert txids(listed(merchant, f"{NOVEMBER}&status=EXPIRED")) == five
        assert txids(listed(merchant, f"{NOVEMBER}&status=ACTIVE")) == []

    def test_by_document_and_reference(self, merchant: Merchant, operator: Actor) -> None:
        wanted = make_charge(operator, debtor_document="12345678909", user_reference="pedido-1")
        make_charge(operator)
        today = f"initialDate={clock.today(SAO_PAULO)}&endDate={clock.today(SAO_PAULO)}"
        for query in ("naturalPersonIdentification=123.456.789-09", "userReference=pedido-1"):
            assert txids(listed(merchant, f"{today}&{query}")) == [wanted.txid]

    def test_charges_of_a_payment_link_are_listed_only_when_asked_for(
        self, merchant: Merchant, active_charge: Charge
    ) -> None:
        Charge.objects.update(origin="PAYMENT_LINK")
        assert listed(merchant, f"txid={active_charge.txid}")["content"] == []
        shown = listed(merchant, f"txid={active_charge.txid}&origin=PAYMENT_LINK")["content"]
        assert [row["origin"] for row in shown] == ["PAYMENT_LINK"]


def test_a_list_costs_the_same_number_of_queries_for_one_row_as_for_many(
    merchant: Merchant, operator: Actor, five: list[str]
) -> None:
    def queries(size: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(listed(merchant, f"{NOVEMBER}&size={size}")["content"]) == size
        return len(seen)

    listed(merchant, NOVEMBER)
    assert queries(1) == queries(5)
