"""Double entry: what leaves one account of a client arrives on others."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection

from core import clock
from core.money import ZERO
from transactions.models import Entry, Operation, Posting
from transactions.states import AccountName

# One statement opens, locks and changes the accounts, in the order of their names: two never wait for each other.
MOVE = """
    INSERT INTO transactions_account (client_id, name, balance)
    SELECT %s, name, amount FROM unnest(%s::text[], %s::numeric[]) AS moves (name, amount)
    ON CONFLICT (client_id, name) DO UPDATE SET balance = transactions_account.balance + EXCLUDED.balance
    RETURNING name, balance
"""


def post(
    kind: str,
    moves: Mapping[AccountName, Decimal],
    *,
    client_id: int,
    object_id: str,
    operation: Operation | None = None,
    merchant_id: str = "",
) -> None:
    """Moves signed amounts of reais that sum to zero. Late in a transaction: it locks the accounts to its end.

    Raises ValueError for moves that do not sum to zero; the database says the same at the commit.
    """
    moving = {name: amount for name, amount in sorted(moves.items()) if amount != ZERO}
    if sum(moving.values(), ZERO) != ZERO:
        raise ValueError(f"{kind} of {object_id} does not sum to zero: {moving}")
    if not moving:
        return
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [client_id, [name.value for name in moving], list(moving.values())])
        balances: dict[str, Decimal] = dict(cursor.fetchall())
    moment = clock.now()  # under the accounts' locks: in the order of their moments, balances follow each other
    posting = Posting.objects.create(
        client_id=client_id,
        kind=kind,
        operation=operation,
        object_id=object_id,
        merchant_id=merchant_id,
        created_at=moment,
    )
    Entry.objects.bulk_create(
        Entry(
            posting=posting,
            client_id=client_id,
            account=name.value,
            amount=amount,
            balance_after=balances[name.value],
            created_at=moment,
        )
        for name, amount in moving.items()
    )


def post_for(
    operation: Operation, kind: str, moves: Mapping[AccountName, Decimal], *, merchant_id: str | None = None
) -> None:
    """Moves money because of an operation. Without an id of its own it goes by its order's reference."""
    post(
        kind,
        moves,
        client_id=operation.client_id,
        object_id=operation.operation_id,
        operation=operation,
        merchant_id=merchant_id or operation.merchant_transaction_id or operation.order.user_reference,
    )


def between(source: AccountName, target: AccountName, amount: Decimal) -> dict[AccountName, Decimal]:
    """The moves that bring an amount from one account to another."""
    return {source: -amount, target: amount}
