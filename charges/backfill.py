"""Orders, operations and journal of charges that were written without them, in SQL: a million rows take a minute.

Migration 0002 runs it over what existed before there were orders; the demo over the charges that it copies. A charge
names its order, a Pix and a refund their operations, by ids taken from those tables' sequences; what exists is left.
"""

from transactions.backfill import LEGS, POST_LEGS

# What is missing comes from EXCEPT, not from NOT EXISTS: there the planner trusts the foreign key, expects not one
# missing row, and may scan the table that it fills once for each. Rows go in by age, or each index is written all over.
ORDERS = """
    INSERT INTO transactions_order (
        id, client_id, order_id, payment_method, channel, amount, currency, description, user_reference,
        authorized_amount, captured_amount, capturable_amount, refunded_amount, charged_back_amount,
        customer_name, customer_document, customer_email, was_refused,
        last_operation_type, last_operation_at, created_at, updated_at
    )
    SELECT charge.order_id, charge.client_id, charge.txid, 'PIX', 'ECOMMERCE', charge.amount, 'BRL',
        charge.description, charge.user_reference,
        COALESCE(paid.total, 0), COALESCE(paid.total, 0), 0, COALESCE(back.total, 0), 0,
        charge.debtor_name, charge.debtor_document, '', charge.status = 'FAILED_CREATION',
        CASE WHEN back.at IS NOT NULL THEN 'REFUND' WHEN paid.at IS NOT NULL THEN 'DEBIT' ELSE '' END,
        COALESCE(back.at, paid.at), charge.created_at, charge.updated_at
    FROM charges_charge charge
    JOIN (SELECT order_id FROM charges_charge EXCEPT SELECT id FROM transactions_order) missing USING (order_id)
    LEFT JOIN (
        SELECT charge_id, SUM(amount) AS total, MAX(recorded_at) AS at FROM charges_payment GROUP BY charge_id
    ) paid ON paid.charge_id = charge.id
    LEFT JOIN (
        SELECT charge_id, SUM(amount) FILTER (WHERE status = 'COMPLETED') AS total, MAX(created_at) AS at
        FROM charges_refund GROUP BY charge_id
    ) back ON back.charge_id = charge.id
    ORDER BY charge.id
"""

OPERATION_COLUMNS = """
    id, client_id, order_id, operation_id, type, result, under_review, amount, captured_amount, reversed_amount,
    refunded_amount, charged_back_amount, channel, payment_circuit, payment_instrument, nsu, authorization_code,
    end_to_end_id, return_code, usage, memo, additional_data, awaits_approval, look_ups,
    x_transaction_id, created_by, door, created_at, updated_at, settled_at, payment_id, parent_id
"""

DEBITS = f"""
    INSERT INTO transactions_operation ({OPERATION_COLUMNS})
    SELECT pix.operation_id, pix.client_id, charge.order_id,
        MD5('pix' || pix.client_id || pix.end_to_end_id)::uuid, 'DEBIT', 'EXECUTED',
        FALSE, pix.amount, 0, 0, COALESCE(held.total, 0), 0, 'ECOMMERCE', 'PIX', '', '', '',
        pix.end_to_end_id, '', '', '', '{{}}', FALSE, 0,
        NULL, 'system', 'SYSTEM', pix.recorded_at, pix.recorded_at, pix.settled_at, NULL, NULL
    FROM charges_payment pix
    JOIN (SELECT operation_id FROM charges_payment EXCEPT SELECT id FROM transactions_operation) missing
        USING (operation_id)
    JOIN charges_charge charge ON charge.id = pix.charge_id
    LEFT JOIN (
        SELECT payment_id, SUM(amount) AS total FROM charges_refund
        WHERE status IN ('PROCESSING', 'COMPLETED') GROUP BY payment_id
    ) held ON held.payment_id = pix.id
    ORDER BY pix.id
"""  # noqa: S608 - constants alone

REFUNDS = f"""
    INSERT INTO transactions_operation ({OPERATION_COLUMNS})
    SELECT refund.operation_id, refund.client_id, charge.order_id,
        MD5('refund' || refund.refund_id)::uuid, 'REFUND',
        CASE refund.status WHEN 'PROCESSING' THEN 'PENDING' WHEN 'COMPLETED' THEN 'EXECUTED' ELSE 'FAILED' END,
        FALSE, refund.amount, 0, 0, 0, 0, 'BACKOFFICE', 'PIX', '', '', '',
        pix.end_to_end_id, refund.status_reason, '', refund.description, '{{}}', refund.awaits_approval, 0,
        refund.x_transaction_id, refund.created_by, refund.channel, refund.created_at, refund.updated_at,
        CASE WHEN refund.status <> 'PROCESSING' THEN COALESCE(refund.completed_at, refund.updated_at) END,
        pix.operation_id, pix.operation_id
    FROM charges_refund refund
    JOIN (SELECT operation_id FROM charges_refund EXCEPT SELECT id FROM transactions_operation) missing
        USING (operation_id)
    JOIN charges_charge charge ON charge.id = refund.charge_id
    JOIN charges_payment pix ON pix.id = refund.payment_id
    ORDER BY refund.id
"""  # noqa: S608 - constants alone

# Every movement that no posting tells of yet, once for each side.
MOVES = """
    INSERT INTO legs (client_id, operation_id, kind, mark, at, account, amount)
    WITH told (operation_id, client_id, kind, at, source, target, amount) AS (
        SELECT id, client_id, 'pix.received', created_at, 'clearing', 'cash', amount
        FROM transactions_operation WHERE type = 'DEBIT' AND payment_circuit = 'PIX'
        UNION ALL
        SELECT id, client_id, 'pix.refund', created_at, 'cash', 'refunds_in_transit', amount
        FROM transactions_operation WHERE type = 'REFUND' AND payment_circuit = 'PIX'
        UNION ALL
        SELECT id, client_id, 'pix.refund_completed', settled_at, 'refunds_in_transit', 'clearing', amount
        FROM transactions_operation WHERE type = 'REFUND' AND payment_circuit = 'PIX' AND result = 'EXECUTED'
        UNION ALL
        SELECT id, client_id, 'pix.refund_failed', settled_at, 'refunds_in_transit', 'cash', amount
        FROM transactions_operation WHERE type = 'REFUND' AND payment_circuit = 'PIX' AND result = 'FAILED'
    )
    SELECT told.client_id, told.operation_id, told.kind, '', told.at, side.account, side.amount
    FROM told CROSS JOIN LATERAL (VALUES (source, -amount), (target, amount)) AS side (account, amount)
    WHERE NOT EXISTS (
        SELECT FROM transactions_posting known
        WHERE known.operation_id = told.operation_id AND known.kind = told.kind
    )
"""

ORDER_CHARGES = (
    "ANALYZE charges_charge, charges_payment, charges_refund",
    ORDERS,
    DEBITS,
    REFUNDS,
    "ANALYZE transactions_order, transactions_operation",
)
POST_CHARGES = (*ORDER_CHARGES, LEGS, MOVES, *POST_LEGS)

NAME_ORDERS = (
    "UPDATE charges_charge SET order_id = nextval(pg_get_serial_sequence('transactions_order', 'id'))",
    "UPDATE charges_payment SET operation_id = nextval(pg_get_serial_sequence('transactions_operation', 'id'))",
    "UPDATE charges_refund SET operation_id = nextval(pg_get_serial_sequence('transactions_operation', 'id'))",
)
