"""The demo's rows obey the rules that the product's own actions keep."""

import pytest
from django.core.management import call_command
from pytest_django import Settings

from charges.models import Charge
from tests.transactions.books import assert_books_are_right
from transactions.models import CardPayment, Receivable


@pytest.mark.django_db
def test_the_small_demo_leaves_right_books_and_is_made_once(settings: Settings, tmp_path_factory: object) -> None:
    for _time in ("first", "again"):
        call_command("demo", size="small", charges=60, verbosity=0)
        counts = (Charge.objects.count(), CardPayment.objects.count(), Receivable.objects.count())
        assert counts[0] == 60 + 30 + 20
    assert_books_are_right()
    assert {"APPROVED", "DENIED"} <= set(CardPayment.objects.values_list("status", flat=True))
