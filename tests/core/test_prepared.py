"""Statements by hand keep what Django promises of its own: one transaction, its errors, a connection that is alive."""

import uuid

import pytest
from django.db import DataError, connection, connections, transaction
from django.db.transaction import TransactionManagementError

from accounts.models import Client
from charges.api.shown import CHARGE_ROWS
from core import clock, prepared
from core.models import IdempotencyKey
from tests.charges.factories import listed_charge

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = "SELECT count(*) FROM core_idempotencykey WHERE path = %(path)s"
FAILING = "SELECT 1 / %(zero)s"


def counted() -> int:
    (found,) = prepared.execute(COUNT, {"path": "/v1/here"}).fetchone() or (0,)
    return int(found)


def make_row() -> None:
    IdempotencyKey.objects.create(
        client_id=1, method="POST", path="/v1/here", key=uuid.uuid4(), fingerprint=b"", created_at=clock.now()
    )


def test_it_takes_part_in_the_transaction_of_django() -> None:
    with transaction.atomic():
        make_row()
        assert counted() == 1
        transaction.set_rollback(True)
    assert counted() == 0


def test_its_errors_are_those_of_django_and_end_the_transaction() -> None:
    def fail() -> None:
        with transaction.atomic():
            make_row()
            prepared.execute(FAILING, {"zero": 0})

    with pytest.raises(DataError):
        fail()
    assert counted() == 0


def test_a_broken_transaction_is_not_used_on() -> None:
    with transaction.atomic():
        with pytest.raises(DataError), transaction.atomic(savepoint=False):
            prepared.execute(FAILING, {"zero": 0})
        with pytest.raises(TransactionManagementError):
            counted()


def test_a_dead_connection_is_replaced_at_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    make_row()
    assert counted() == 1
    connection.connection.close()
    monkeypatch.setattr(connections["default"], "health_check_enabled", True)  # as at the beginning of a request
    monkeypatch.setattr(connections["default"], "health_check_done", False)
    assert counted() == 1


def test_rows_are_what_django_reads(shop: Client) -> None:
    additional = [{"name": "Pedido", "value": "1042"}]
    listed_charge(shop, additional_information=additional, paid_at=None)
    assert prepared.rows(CHARGE_ROWS.all()) == list(CHARGE_ROWS.all())


def test_a_query_that_can_find_nothing_is_not_asked() -> None:
    assert prepared.rows(CHARGE_ROWS.filter(pk__in=[])) == []
