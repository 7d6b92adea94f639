"""Statements that are put together once write what Django's own would, and stop where those would stop."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import F

from accounts.models import Client
from charges.models import Charge
from charges.states import ChargeStatus
from core import clock
from core.audit import history
from core.rows import OftenWritten
from tests.charges.factories import listed_charge
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def make_event(shop: Client, **facts: Any) -> Event:
    usual: dict[str, Any] = {
        "event_id": f"msg_{uuid.uuid4().hex}",
        "name": "charge.created",
        "object_type": "charge",
        "object_id": "astra202611",
        "version": 1,
        "actor": "Marina",
        "channel": "API",
        "created_at": clock.now(),
    }
    return Event.objects.create(client=shop, **{**usual, **facts})


def values_of(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_is_read_as_it_was_written(shop: Client) -> None:
    charge = listed_charge(shop, additional_information=[{"name": "Pedido", "value": "1042"}], paid_at=None)
    assert values_of(Charge.objects.get()) == values_of(charge)


def test_bytes_ids_and_empty_facts_too(shop: Client) -> None:
    event = make_event(shop, body=b'{"a":1}', message_type="PIX", x_transaction_id=uuid.uuid4())
    assert values_of(Event.objects.get()) == values_of(event)


def test_what_the_database_fills_in_is_known_at_once(shop: Client) -> None:
    event = make_event(shop)
    assert event.pk
    assert event.written_in == Event.objects.values_list("written_in", flat=True).get()


def test_values_of_another_type_are_prepared_by_their_field(shop: Client) -> None:
    charge: Any = listed_charge(shop, amount="12.50", txid=20261128)
    assert Charge.objects.values_list("amount", "txid").get(pk=charge.pk) == (Decimal("12.50"), "20261128")


def test_an_expression_is_left_to_django(shop: Client) -> None:
    charge = listed_charge(shop)
    ends = charge.expires_at
    Charge.objects.filter(pk=charge.pk).update(version=7)
    charge.version, charge.expires_at = F("version") + 1, F("expires_at") + timedelta(hours=1)
    charge.save(update_fields=["version", "expires_at"])
    assert Charge.objects.values_list("version", "expires_at").get() == (8, ends + timedelta(hours=1))


def test_only_the_named_columns_are_written(shop: Client) -> None:
    charge = listed_charge(shop)
    Charge.objects.filter(pk=charge.pk).update(description="from elsewhere")
    charge.status, charge.description = ChargeStatus.PAID, "from here"
    charge.save(update_fields=["status"])
    assert Charge.objects.values_list("status", "description").get() == ("PAID", "from elsewhere")


def test_a_row_that_is_gone_is_not_updated_in_silence(shop: Client) -> None:
    event = make_event(shop)
    Event.objects.all().delete()
    with pytest.raises(DatabaseError):
        event.save(update_fields=["name"])


def test_what_the_database_refuses_is_an_error_of_django(shop: Client) -> None:
    event = make_event(shop)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event(shop, event_id=event.event_id)
    assert Event.objects.count() == 1


def test_the_history_hears_of_inserts_and_updates(shop: Client) -> None:
    with history(action="sale"):
        charge = listed_charge(shop)
        charge.save(update_fields=["updated_at"])
        charge.description = "changed"
        charge.save(update_fields=["description"])
    recorded: Any = apps.get_model("charges", "ChargeEvent")._default_manager
    told = recorded.order_by("pgh_id").values_list("pgh_label", "pgh_context")
    assert list(told) == [("insert", {"action": "sale"}), ("update", {"action": "sale"})]


def test_each_such_model_is_one_table_with_the_usual_key() -> None:
    often_written = [model for model in apps.get_models() if issubclass(model, OftenWritten)]
    assert often_written
    for model in often_written:
        assert (model._meta.pk.column, len(model._meta.parents)) == ("id", 0)
