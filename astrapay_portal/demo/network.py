"""What the sandbox's network and acquirer must know of the demo's rows, or nobody could go on with one: a charge that
is open, and each sale with what was returned of it."""

OPEN_CHARGES = """
    INSERT INTO gateways_sandboxcharge (
        txid, amount, receiver_key, payer_document, payer_name, expires_at, created_at
    )
    SELECT txid, amount, receiver_key, debtor_document, debtor_name, expires_at, created_at
    FROM charges_charge WHERE status = 'ACTIVE'
    ON CONFLICT DO NOTHING
"""

SALES = """
    INSERT INTO gateways_sandboxcardoperation (
        operation_id, kind, brand, last4, amount, state, return_code, authorization_code, created_at
    )
    SELECT sale.operation_id, CASE sale.type WHEN 'PREAUTHORIZATION' THEN 'AUTHORIZATION' ELSE 'SALE' END,
        card.brand, card.last4, sale.amount, CASE sale.result WHEN 'DECLINED' THEN 'DENIED' ELSE 'APPROVED' END,
        sale.return_code, sale.authorization_code, sale.created_at
    FROM transactions_cardpayment card JOIN transactions_operation sale ON sale.id = card.operation_id
    ORDER BY sale.id
    ON CONFLICT DO NOTHING
"""

RETURNS = """
    INSERT INTO gateways_sandboxcardoperation (
        operation_id, kind, parent_id, brand, last4, amount, state, return_code, authorization_code, created_at
    )
    SELECT refund.operation_id, 'REFUND', known.id, known.brand, known.last4, refund.amount, 'APPROVED', '00', '',
        refund.created_at
    FROM transactions_operation refund
    JOIN transactions_operation sale ON sale.id = refund.parent_id
    JOIN gateways_sandboxcardoperation known ON known.operation_id = sale.operation_id::text
    WHERE refund.type = 'REFUND'
    ORDER BY refund.id
    ON CONFLICT DO NOTHING
"""

KNOWN_THERE = (OPEN_CHARGES, "ANALYZE transactions_cardpayment, transactions_operation", SALES, RETURNS)
