"""Who sees whole documents and who may act."""

from uuid import uuid4

from django.test import Client as Browser
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Client
from tests.charges.conftest import make_charge, pay
from tests.charges.factories import browser_of, listed_charge, person_of
from tests.charges.pages.conftest import LIST, MASKED, WHOLE, file_rows, get
from tests.conftest import actor_for


def test_documents_are_masked_without_the_permission(marina: Browser, shop: Client) -> None:
    listed_charge(shop)
    masked = browser_of(person_of(shop, withheld=["pii"]))
    assert WHOLE in get(marina)
    assert MASKED in get(masked)
    assert WHOLE not in get(masked)
    assert file_rows(masked)[0]["CPF/CNPJ"] == MASKED


def test_a_reader_sees_no_actions_and_may_take_none(reader: Browser, shop: Client) -> None:
    charge = make_charge(actor_for(shop))
    paid = pay(make_charge(actor_for(shop)))
    assert "/charges/new" not in get(reader)
    assert "file.csv" not in get(reader)
    for each in (charge, paid):
        detail = reader.get(f"{LIST}/{each.txid}")
        for action in ("edit", "delete", "refund", "document", "pay", "expire"):
            assertNotContains(detail, f"{each.txid}/{action}")
            assert reader.post(f"{LIST}/{each.txid}/{action}", {"key": uuid4()}).status_code == 403
    assert reader.post(f"{LIST}/new", {"key": uuid4()}).status_code == 403
    assert reader.get(f"{LIST}/file.csv").status_code == 403


def test_looking_at_a_whole_document_is_recorded(marina: Browser, shop: Client) -> None:
    charge = make_charge(actor_for(shop), debtor_document="39053344705", debtor_name="Ana")
    assertNotContains(marina.get(f"{LIST}/{charge.txid}"), WHOLE)
    assertContains(marina.post(f"{LIST}/{charge.txid}/document"), WHOLE)
    assertContains(marina.get(f"{LIST}/{charge.txid}"), "Whole document looked at")
