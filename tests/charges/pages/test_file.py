"""The file holds what the list shows."""

import csv
import io

import pytest
from django.test import Client as Browser
from pytest_django.asserts import assertContains

from accounts.models import Client
from tests.charges.factories import browser_of, listed_charge, person_of
from tests.charges.pages.conftest import LIST, file_rows, get, txids


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
