"""Postings of operations that were written without them, in SQL: a million rows take a minute.

Whoever runs it first makes the temporary table `legs`: one row for each entry that is to be, in reais. Legs of one
operation with the same `kind` and `mark` are one posting. A migration does so for the charges from before there was a
journal, the demo for what it copies.
"""

LEGS = """
    CREATE TEMPORARY TABLE legs (
        client_id bigint, operation_id bigint, kind text, mark text, at timestamptz, account text, amount numeric
    ) ON COMMIT DROP
"""

NUMBERED = """
    CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
    SELECT nextval(pg_get_serial_sequence('transactions_posting', 'id')) AS posting_id, sorted.*
    FROM (
        SELECT client_id, operation_id, kind, mark, MIN(at) AS at FROM legs
        GROUP BY client_id, operation_id, kind, mark ORDER BY at, operation_id, kind, mark
    ) sorted
"""

POSTINGS = """
    INSERT INTO transactions_posting (id, client_id, kind, operation_id, object_id, merchant_id, created_at)
    SELECT numbered.posting_id, numbered.client_id, numbered.kind, numbered.operation_id, operation.operation_id,
        COALESCE(operation.merchant_transaction_id, purchase.user_reference), numbered.at
    FROM numbered
    JOIN transactions_operation operation ON operation.id = numbered.operation_id
    JOIN transactions_order purchase ON purchase.id = operation.order_id
    ORDER BY numbered.posting_id
"""

ENTRIES = """
    INSERT INTO transactions_entry (posting_id, client_id, account, amount, balance_after, created_at)
    SELECT numbered.posting_id, legs.client_id, legs.account, legs.amount,
        COALESCE(before.balance, 0) + SUM(legs.amount) OVER (
            PARTITION BY legs.client_id, legs.account ORDER BY numbered.posting_id
        ), numbered.at
    FROM legs
    JOIN numbered USING (operation_id, kind, mark)
    LEFT JOIN transactions_account before ON before.client_id = legs.client_id AND before.name = legs.account
    WHERE legs.amount <> 0
    ORDER BY numbered.posting_id, legs.account
"""

BALANCES = """
    INSERT INTO transactions_account (client_id, name, balance)
    SELECT client_id, account, SUM(amount) FROM legs GROUP BY client_id, account
    ON CONFLICT (client_id, name) DO UPDATE SET balance = transactions_account.balance + EXCLUDED.balance
"""

# Fresh rows have no statistics: without them the planner joins a million rows one by one.
POST_LEGS = (
    "ANALYZE legs",
    NUMBERED,
    "ANALYZE numbered, transactions_operation",
    POSTINGS,
    ENTRIES,
    BALANCES,
    "DROP TABLE legs, numbered",
)
