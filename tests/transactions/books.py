"""The invariants of money, asked of every row there is (docs/architecture.md)."""

from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from core.money import ZERO
from transactions.actions.changes import status_of, sums_of
from transactions.models import Account, CardPayment, Entry, Operation, Order, Posting, Receivable
from transactions.queries.orders import operations_of
from transactions.states import (
    TAKES_MONEY,
    UNDECIDED,
    AccountName,
    DisputeType,
    OperationResult,
    OperationType,
    ReceivableStatus,
)

TAKERS = {
    OperationType.CAPTURE: "captured_amount",
    OperationType.REVERSAL: "reversed_amount",
    OperationType.CANCEL: "reversed_amount",
    OperationType.REFUND: "refunded_amount",
    OperationType.CHARGEBACK: "charged_back_amount",
}
LIVE = (OperationResult.PENDING, OperationResult.AUTHORIZED, OperationResult.EXECUTED, OperationResult.VOIDED)


def assert_books_are_right() -> None:
    """Raises AssertionError with the row that is wrong."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert_postings_sum_to_zero()
    assert_balances_are_sums()
    for order in Order.objects.all():
        assert_order_says_its_operations(order)
    for payment in CardPayment.objects.select_related("operation"):
        assert_payment_says_its_operations(payment)
    assert_parents_hold_what_followers_took()
    assert_receivables_are_in_the_journal()


def assert_postings_sum_to_zero() -> None:
    for posting in Posting.objects.annotate(total=Sum("entries__amount")):
        assert posting.total == ZERO, posting


def assert_balances_are_sums() -> None:
    for account in Account.objects.all():
        entries = Entry.objects.filter(client_id=account.client_id, account=account.name)
        assert account.balance == (entries.aggregate(total=Sum("amount"))["total"] or ZERO), account
        last = entries.order_by("-id").first()
        assert last is None or last.balance_after == account.balance, account


def assert_order_says_its_operations(order: Order) -> None:
    for name, amount in sums_of(order.operations.all()).items():
        assert getattr(order, name) == amount, (order, name)


def assert_payment_says_its_operations(payment: CardPayment) -> None:
    operations = list(operations_of(payment))
    sums = sums_of(operations)
    assert payment.status == status_of(operations), payment
    for name in ("captured_amount", "refunded_amount", "charged_back_amount"):
        assert getattr(payment, name) == sums[name], (payment, name)


def assert_parents_hold_what_followers_took() -> None:
    for parent in Operation.objects.all():
        taken = dict.fromkeys(TAKERS.values(), ZERO)
        for child in parent.children.exclude(result__in=(OperationResult.DECLINED, OperationResult.FAILED)):
            if child.type in TAKERS and not (child.type == OperationType.REVERSAL and parent.result == "DECLINED"):
                taken[TAKERS[OperationType(child.type)]] += child.amount
            if child.type == OperationType.CHARGEBACK:
                given_back = child.children.filter(type=OperationType.CHARGEBACK_REVERSAL)
                taken["charged_back_amount"] -= given_back.aggregate(total=Sum("amount"))["total"] or ZERO
        for dispute in parent.disputes.filter(type=DisputeType.MED, status__in=UNDECIDED):
            taken["charged_back_amount"] += dispute.amount
        for name, amount in taken.items():
            assert getattr(parent, name) == amount, (parent, parent.type, name, amount)


def assert_receivables_are_in_the_journal() -> None:
    for operation in Operation.objects.filter(type__in=TAKES_MONEY, order__payment_method="CARD"):
        parts = Receivable.objects.filter(operation=operation, gross__gt=ZERO)
        if operation.result in (OperationResult.EXECUTED, OperationResult.VOIDED):
            assert sum((row.gross for row in parts), ZERO) == operation.amount, operation
        else:
            assert not parts, operation
    for client_id in set(Receivable.objects.values_list("client_id", flat=True)):
        open_rows = Receivable.objects.filter(client_id=client_id).exclude(
            status__in=(ReceivableStatus.PAID, ReceivableStatus.CANCELLED)
        )
        expected: Decimal = sum((row.net for row in open_rows), ZERO)
        account = Account.objects.filter(client_id=client_id, name=AccountName.RECEIVABLE).first()
        assert (account.balance if account else ZERO) == expected, client_id
