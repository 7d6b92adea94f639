"""The history names who made a change, in whatever transaction it was made, and never somebody else."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.models import Client
from core.actor import Actor
from core.audit import TELL, history, name_actor

pytestmark = pytest.mark.django_db(transaction=True)


def rename(shop: Client, name: str) -> None:
    Client.objects.filter(pk=shop.pk).update(trade_name=name)


def recorded(name: str) -> Any:
    """The context of the change that gave this name."""
    events: Any = apps.get_model("accounts", "ClientEvent")._default_manager
    return events.get(trade_name=name, pgh_label="update").pgh_context


def test_a_change_is_recorded_with_what_was_known_when_it_was_made(shop: Client, operator: Actor) -> None:
    with history(action="first"), transaction.atomic():
        rename(shop, "before")
        name_actor(operator)
        rename(shop, "after")
    assert recorded("before") == {"action": "first"}
    assert (recorded("after")["action"], recorded("after")["actor"]) == ("first", operator.name)


def test_a_change_outside_a_transaction_is_recorded_too(shop: Client) -> None:
    with history(action="alone"):
        rename(shop, "alone")
    assert recorded("alone") == {"action": "alone"}


def test_each_transaction_of_a_request_is_told_even_when_it_begins_by_reading(shop: Client) -> None:
    with history(action="several"):
        for name in ("one", "two", "three"):
            with transaction.atomic():
                assert Client.objects.filter(pk=shop.pk).exists()
                rename(shop, name)
    assert [recorded(name) for name in ("one", "two", "three")] == [{"action": "several"}] * 3


def test_what_was_told_in_a_savepoint_that_is_taken_back_is_told_again(shop: Client) -> None:
    with history(action="outer"), transaction.atomic():
        with transaction.atomic():
            rename(shop, "lost")
            transaction.set_rollback(True)
        with transaction.atomic():
            rename(shop, "kept")
    assert recorded("kept") == {"action": "outer"}


def test_a_transaction_that_was_taken_back_leaves_nothing_behind(shop: Client) -> None:
    with history(action="again"):
        with transaction.atomic():
            rename(shop, "lost")
            transaction.set_rollback(True)
        with transaction.atomic():
            rename(shop, "kept")
    assert recorded("kept") == {"action": "again"}


def test_one_request_is_not_recorded_as_the_one_before(shop: Client, operator: Actor) -> None:
    with history(action="first"):
        name_actor(operator)
        rename(shop, "first")
    rename(shop, "nobody")
    with history(action="second"):
        rename(shop, "second")
    assert recorded("nobody") is None
    assert recorded("second") == {"action": "second"}


def test_a_transaction_is_told_once_however_much_it_writes(shop: Client) -> None:
    sent: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with history(action="once"), connection.execute_wrapper(note), transaction.atomic():
        for name in ("one", "two", "three"):
            rename(shop, name)
    assert sent.count(TELL) == 1


def test_a_history_within_a_history_adds_to_it(shop: Client) -> None:
    with history(action="outer"), history(channel="SYSTEM"):
        rename(shop, "inner")
    assert recorded("inner") == {"action": "outer", "channel": "SYSTEM"}
