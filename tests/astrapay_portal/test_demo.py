"""The demo's rows obey the rules that the product's own actions keep."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import ForeignKey, Max
from pytest_django import Settings

from accounts.actions.clients import normalised
from accounts.models import Client
from astrapay_portal.demo.people import make_clients
from charges.models import Charge, Payment, Refund
from core.money import ZERO
from tests.conftest import actor_for
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import do
from transactions.models import CardPayment, Entry, Operation, Order, Posting, Receivable
from transactions.states import Action, CardStatus, OperationResult, OperationType
from webhooks.models import Event


@pytest.mark.django_db
def test_the_small_demo_leaves_right_books_and_is_made_once(settings: Settings, tmp_path_factory: object) -> None:
    for _time in ("first", "again"):
        call_command("demo", size="small", charges=60, verbosity=0)
        counts = (Charge.objects.count(), CardPayment.objects.count(), Receivable.objects.count())
        assert counts[0] == 60 + 30 + 20
    assert_books_are_right()
    assert_balances_follow_each_other()
    last = dict(Event.objects.filter(object_type="charge").values_list("object_id").annotate(Max("version")))
    assert last == dict(Charge.objects.values_list("txid", "version"))
    assert {"APPROVED", "DENIED"} <= set(CardPayment.objects.values_list("status", flat=True))


def assert_balances_follow_each_other() -> None:
    balances: dict[tuple[int, str], Decimal] = {}
    for entry in Entry.objects.order_by("created_at", "id"):
        account = (entry.client_id, entry.account)
        balances[account] = balances.get(account, ZERO) + entry.amount
        assert entry.balance_after == balances[account], entry


@pytest.mark.django_db
def test_each_sale_of_the_demo_can_be_gone_on_with() -> None:
    call_command("demo", size="large", charges=40, sales=1500, verbosity=0)
    shop = Client.objects.get(public_id="cli_lojamodelo")
    payments = CardPayment.objects.filter(operation__client=shop, status=CardStatus.APPROVED)
    taken = payments.filter(operation__type=OperationType.DEBIT, refunded_amount=0).first()
    partly_returned = payments.filter(operation__type=OperationType.DEBIT, refunded_amount__gt=0).first()
    held = payments.filter(operation__type=OperationType.PREAUTHORIZATION).first()
    for card, action in ((taken, Action.REFUND), (partly_returned, Action.REFUND), (held, Action.CAPTURE)):
        assert card is not None
        rest = card.operation.remaining if action is Action.REFUND else card.amount
        assert do(actor_for(shop), card.operation, action, str(rest)).result == OperationResult.EXECUTED
    assert_books_are_right()


@pytest.mark.django_db
def test_the_large_demo_refers_to_nothing_that_is_not_there(settings: Settings) -> None:
    """It is written without the database's own look-ups."""
    call_command("demo", size="large", charges=300, sales=200, verbosity=0)
    assert_books_are_right()
    for model in (Charge, Payment, Refund, Order, Operation, CardPayment, Receivable, Posting, Entry):
        assert model._default_manager.exists()
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey):
                known = field.related_model._default_manager.values("pk")
                lost = model._default_manager.exclude(**{f"{field.attname}__in": known})
                assert not lost.exclude(**{field.attname: None}).exists(), f"{model.__name__}.{field.name}"


@pytest.mark.django_db
def test_the_demo_clients_are_as_the_staff_would_have_saved_them() -> None:
    made = make_clients()
    assert made["cli_clinicaipe"].brcode_name == "Clinica Ipe"
    for client in made.values():
        fields = {name: value for name, value in vars(client).items() if isinstance(value, str)}
        assert fields.items() >= normalised(fields).items()
