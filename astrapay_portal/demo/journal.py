"""The journal behind the demo's Pix and sales, in one step, so that balances follow each other in time."""

from charges.backfill import MOVES
from transactions.backfill import LEGS, POST_LEGS

CAPTURED = """
    INSERT INTO legs (client_id, operation_id, kind, mark, at, account, amount)
    SELECT sale.client_id, sale.id, 'card.captured', '', sale.created_at, side.account, side.amount
    FROM transactions_operation sale
    JOIN (
        SELECT operation_id, SUM(gross) AS gross, SUM(fee) AS fee FROM transactions_receivable
        WHERE gross > 0 GROUP BY operation_id
    ) part ON part.operation_id = sale.id
    CROSS JOIN LATERAL (
        VALUES ('clearing', -part.gross), ('fee', part.fee), ('receivable', part.gross - part.fee)
    ) AS side (account, amount)
    WHERE NOT EXISTS (SELECT FROM transactions_posting known WHERE known.operation_id = sale.id)
"""
GIVEN_BACK = """
    INSERT INTO legs (client_id, operation_id, kind, mark, at, account, amount)
    SELECT refund.client_id, refund.id, 'card.refund', '', refund.created_at, side.account, side.amount
    FROM transactions_operation refund
    JOIN (
        SELECT operation_id, SUM(returned_fee) AS fee FROM transactions_receivable GROUP BY operation_id
    ) part ON part.operation_id = refund.parent_id
    CROSS JOIN LATERAL (
        VALUES ('clearing', refund.amount), ('fee', -part.fee), ('receivable', part.fee - refund.amount)
    ) AS side (account, amount)
    WHERE refund.type = 'REFUND'
    AND NOT EXISTS (SELECT FROM transactions_posting known WHERE known.operation_id = refund.id)
"""
SETTLED = """
    INSERT INTO legs (client_id, operation_id, kind, mark, at, account, amount)
    SELECT part.client_id, part.operation_id, 'card.settled', part.id::text, part.paid_at, side.account, side.amount
    FROM transactions_receivable part
    CROSS JOIN LATERAL (
        VALUES ('receivable', part.fee - part.returned_fee - part.gross + part.returned),
            ('cash', part.gross - part.returned - part.fee + part.returned_fee)
    ) AS side (account, amount)
    WHERE part.status = 'PAID' AND NOT EXISTS (
        SELECT FROM transactions_posting known
        WHERE known.operation_id = part.operation_id AND known.kind = 'card.settled'
    )
"""
POST_EVERYTHING = (
    "ANALYZE transactions_order, transactions_operation, transactions_receivable, transactions_posting",
    LEGS,
    MOVES,
    CAPTURED,
    GIVEN_BACK,
    SETTLED,
    *POST_LEGS,
)
