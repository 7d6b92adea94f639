"""What the dialogs of operations promise: one for every action, done once, with its ids to copy."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Client
from accounts.permissions import Module
from core import money
from core.actor import Actor
from tests.charges.conftest import make_charge, pay
from tests.charges.factories import browser_of, person_of
from tests.charges.pages.conftest import IN_DIALOG
from tests.transactions.books import assert_books_are_right
from tests.transactions.conftest import TIMES_OUT, do, repeat, sell
from tests.transactions.pages.conftest import HTMX, only
from transactions.actions.disputes import record_chargeback
from transactions.actions.sales import Instrument
from transactions.models import CardPayment, Operation
from transactions.states import Action, OperationResult, OperationType

pytestmark = pytest.mark.django_db


def address(operation: Operation, action: str) -> str:
    return f"/transactions/operations/{operation.operation_id}/{action}"


def form(**fields: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "amount": "30,00", "usage": "", "merchant_transaction_id": "", "memo": "", **fields}


def authorized(actor: Actor) -> Operation:
    return sell(actor, capture=False).operation


def sold(actor: Actor) -> Operation:
    return sell(actor).operation


def charged_back(actor: Actor) -> Operation:
    return record_chargeback(actor=actor, operation_id=sold(actor).operation_id)


def sold_to_a_kept_card(actor: Actor) -> Operation:
    return sell(actor, instrument=Instrument(contract=repeat(actor).contract)).operation


@dataclass(frozen=True)
class Case:
    """An action, the fine permission that it needs, what it is taken on, and what comes of it."""

    action: str
    fine: str
    make: Callable[[Actor], Operation]
    kind: OperationType

    def __str__(self) -> str:
        return self.action


CASES = [
    Case("capture", "capture", authorized, OperationType.CAPTURE),
    Case("reversal", "reversal", authorized, OperationType.REVERSAL),
    Case("refund", "refund", sold, OperationType.REFUND),
    Case("chargeback", "chargeback", sold, OperationType.CHARGEBACK),
    Case("chargeback-reversal", "chargeback", charged_back, OperationType.CHARGEBACK_REVERSAL),
    Case("rebuild", "rebuild", sold_to_a_kept_card, OperationType.DEBIT),
    Case("cancel", "capture", sold, OperationType.CANCEL),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_action_has_its_dialog_its_permission_and_its_confirmation(
    shop: Client, operator: Actor, case: Case
) -> None:
    parent = case.make(operator)
    path, allowed = address(parent, case.action), only(shop, case.fine)
    dialog = allowed.get(path, headers=HTMX)
    assertContains(dialog, 'name="merchant_transaction_id"')
    assertNotContains(dialog, "<html")
    amount = dialog.context["form"]["amount"].value()
    sent = form(amount=amount, merchant_transaction_id="dev-2026-000318", memo="Uma peça", usage="LOJA")
    done = allowed.post(path, sent, headers=HTMX)
    new = Operation.objects.get(merchant_transaction_id="dev-2026-000318")
    assert (new.type, new.parent, new.memo, new.usage) == (case.kind, parent, "Uma peça", "LOJA")
    assert new.result == OperationResult.EXECUTED
    for copied in (new.operation_id, "dev-2026-000318"):
        assertContains(done, f'data-copy="{copied}"')
    assert_books_are_right()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_without_its_permission_an_action_is_neither_shown_nor_done(shop: Client, operator: Actor, case: Case) -> None:
    parent = case.make(operator)
    every = ("capture", "reversal", "refund", "chargeback", "rebuild", "write", "pii", "export")
    refused = only(shop, *(each for each in every if each != case.fine))
    before = Operation.objects.count()
    assert refused.get(address(parent, case.action)).status_code == 403
    assert refused.post(address(parent, case.action), form()).status_code == 403
    assert Operation.objects.count() == before


def test_a_dialog_sent_twice_does_one_thing_and_says_so_twice(marina: Browser, sale: CardPayment) -> None:
    sent = form(amount="100")
    first, second = (marina.post(address(sale.operation, "refund"), sent, headers=HTMX) for _ in range(2))
    refund = Operation.objects.get(type=OperationType.REFUND)
    for answer in (first, second):
        assertContains(answer, f'data-copy="{refund.operation_id}"')


def test_a_chargeback_sent_twice_is_recorded_once(marina: Browser, sale: CardPayment) -> None:
    sent = form()
    for _ in range(2):
        marina.post(address(sale.operation, "chargeback"), sent, headers=HTMX)
    assert Operation.objects.filter(type=OperationType.CHARGEBACK).count() == 1


def test_without_javascript_the_dialog_is_a_page_that_leads_to_its_confirmation(
    marina: Browser, sale: CardPayment
) -> None:
    assertContains(marina.get(address(sale.operation, "refund")), "<html")
    answer = marina.post(address(sale.operation, "refund"), form())
    refund = Operation.objects.get(type=OperationType.REFUND)
    assert answer["Location"] == f"/transactions/operations/{refund.operation_id}"
    page = marina.get(answer["Location"])
    assertContains(page, "Refund of R$30.00 approved")
    assertContains(page, f"/transactions/credit-card/{sale.operation.operation_id}")


def test_the_page_behind_the_dialog_is_told_to_refresh(marina: Browser, sale: CardPayment) -> None:
    answer = marina.post(address(sale.operation, "refund"), form(), headers=HTMX)
    assert answer["HX-Trigger-After-Settle"] == "live:change"


def test_the_dialog_says_what_remains_and_repeats_the_amount(marina: Browser, sale: CardPayment) -> None:
    dialog = marina.get(address(sale.operation, "refund"))
    assertContains(dialog, "Remaining: R$100.00")
    assertContains(dialog, "Refund R$100.00")
    checked = marina.post(address(sale.operation, "refund"), form(amount="1.2", check="amount"), headers=HTMX)
    assertContains(checked, "Refund R$1.20")
    assertContains(checked, "R$98.80 will remain")
    assert not Operation.objects.filter(type=OperationType.REFUND).exists()


def test_more_than_remains_is_an_error_said_once(marina: Browser, sale: CardPayment) -> None:
    path = address(sale.operation, "refund")
    checked = marina.post(path, form(amount="100,01", check="amount"), headers=HTMX)
    assertContains(checked, "R$100.01 is more than the R$100.00 that remain")
    assertNotContains(checked, "Refund R$")
    assertNotContains(checked, "will remain")
    sent = marina.post(path, form(amount="100,01"), headers=HTMX)
    assertNotContains(sent, "is more than the", status_code=422)
    assertContains(marina.post(path, form(amount="x", check="amount"), headers=HTMX), "Type an amount")


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"amount": "100,01"}, "amount", "is possible from R$0.01 to R$100.00"),
        ({"amount": ""}, "amount", "required"),
        ({"amount": "x"}, "amount", "Type an amount"),
        ({"merchant_transaction_id": "with space"}, "merchant_transaction_id", "Use up to 64 letters"),
        ({"merchant_transaction_id": "x" * 65}, "merchant_transaction_id", "Use up to 64 letters"),
        ({"usage": "x" * 23}, "usage", "at most 22"),
        ({"memo": "x" * 256}, "memo", "at most 255"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_done(
    marina: Browser, sale: CardPayment, fields: dict[str, Any], field: str, sentence: str
) -> None:
    answer = marina.post(address(sale.operation, "refund"), form(**fields), headers=HTMX)
    assertContains(answer, sentence, status_code=422)
    assert list(answer.context["form"].errors) == [field]
    assert not Operation.objects.filter(type=OperationType.REFUND).exists()


def test_a_transaction_id_that_was_used_names_its_operation_at_its_field(marina: Browser, sale: CardPayment) -> None:
    sent = form(amount="10", merchant_transaction_id="dev-1")
    marina.post(address(sale.operation, "refund"), sent)
    first = Operation.objects.get(merchant_transaction_id="dev-1")
    answer = marina.post(address(sale.operation, "refund"), {**sent, "key": str(uuid4())}, headers=HTMX)
    assertContains(answer, first.operation_id, status_code=422)
    assert list(answer.context["form"].errors) == ["merchant_transaction_id"]


def test_an_action_that_is_not_possible_now_says_so(marina: Browser, authorization: CardPayment) -> None:
    for action in ("refund", "chargeback-reversal", "rebuild"):
        assertContains(
            marina.get(address(authorization.operation, action), headers=HTMX), "is not possible", status_code=422
        )
    assert marina.get(address(authorization.operation, "nonsense")).status_code == 404


def test_a_reversal_shown_before_another_capture_is_refused(
    marina: Browser, operator: Actor, authorization: CardPayment
) -> None:
    """What was shown is what is done."""
    do(operator, authorization.operation, Action.CAPTURE, "60.00")
    answer = marina.post(address(authorization.operation, "reversal"), form(amount="100,00"), headers=HTMX)
    assertContains(answer, "R$40.00", status_code=422)
    assert not Operation.objects.filter(type=OperationType.REVERSAL).exists()


def test_an_outcome_that_nobody_knows_is_not_called_approved(marina: Browser, operator: Actor) -> None:
    pending = sell(operator, TIMES_OUT).operation
    page = marina.get(f"/transactions/operations/{pending.operation_id}")
    assertContains(page, "under way")
    assertNotContains(page, "approved")


def test_a_refund_that_needs_a_second_person_says_that_it_waits(
    marina: Browser, shop: Client, sale: CardPayment
) -> None:
    shop.refund_approval_above = Decimal("10.00")
    shop.save(update_fields=["refund_approval_above"])
    answer = marina.post(address(sale.operation, "refund"), form(), headers=HTMX)
    assertContains(answer, "Waits for the approval of a second person")


def test_a_rebuild_leads_to_the_new_payment(marina: Browser, operator: Actor) -> None:
    parent = sold_to_a_kept_card(operator)
    answer = marina.post(address(parent, "rebuild"), form(amount="55"), headers=HTMX)
    new = Operation.objects.get(parent=parent, type=OperationType.DEBIT)
    assertContains(answer, f"/transactions/credit-card/{new.operation_id}")
    assertContains(marina.get(f"/transactions/credit-card/{parent.operation_id}"), new.operation_id)


def test_a_pix_is_refunded_by_the_same_dialog_with_the_permission_of_charges(shop: Client, operator: Actor) -> None:
    charge = pay(make_charge(operator))
    debit = Operation.objects.get(order__order_id=charge.txid, type=OperationType.DEBIT)
    cards = browser_of(person_of(shop, module=Module.CREDIT_CARD))
    assert cards.get(address(debit, "refund")).status_code == 403
    charges = browser_of(person_of(shop, module=Module.CHARGES))
    dialog = charges.get(address(debit, "refund"), headers=HTMX)
    assertNotContains(dialog, 'name="usage"')
    answer = charges.post(address(debit, "refund"), form(), headers=HTMX)
    refund = Operation.objects.get(order__order_id=charge.txid, type=OperationType.REFUND)
    assertContains(answer, refund.operation_id)
    assert charge.refunds.get().amount == Decimal("30.00")


def test_another_clients_operation_does_not_exist(stranger: Client, sale: CardPayment) -> None:
    foreigner = browser_of(person_of(stranger, module=Module.CREDIT_CARD))
    for path in (address(sale.operation, "refund"), f"/transactions/operations/{sale.operation.operation_id}"):
        assert foreigner.get(path).status_code == 404
    assert foreigner.post(address(sale.operation, "refund"), form()).status_code == 404


def test_only_a_form_in_the_dialog_is_answered_in_the_dialog(
    marina: Browser, operator: Actor, sale: CardPayment
) -> None:
    question = f"/transactions/contracts/{repeat(operator).contract.contract_id}/deactivate"
    for path in (address(sale.operation, "refund"), question):
        assertContains(marina.get(path, headers=HTMX), IN_DIALOG)
        assertNotContains(marina.get(path), IN_DIALOG)
    refused = marina.post(address(sale.operation, "refund"), form(amount="x"))
    assertContains(refused, "<html", status_code=422)
    assertNotContains(refused, IN_DIALOG, status_code=422)


def test_an_amount_out_of_range_is_told_what_remains_as_the_largest(marina: Browser, sale: CardPayment) -> None:
    answer = marina.post(address(sale.operation, "refund"), form(amount="0"), headers=HTMX)
    largest = money.formatted(sale.operation.amount, "en")
    assertContains(answer, f"Type an amount from R$0.01 to {largest}.", status_code=422)
