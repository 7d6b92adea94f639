"""The books of a running portal, read straight from its database: what is still under way, and what must never be."""

from datetime import datetime
from typing import Any, Self

import psycopg
from psycopg.sql import SQL, Literal

from tests.running import RunningPortal

Row = tuple[Any, ...]
Findings = dict[str, list[Row]]

# What was made since a moment: the demo's rows are left aside.
VIEWS = """
CREATE TEMP VIEW charge AS SELECT * FROM charges_charge WHERE created_at >= {since};
CREATE TEMP VIEW payment AS SELECT * FROM charges_payment WHERE charge_id IN (SELECT id FROM charge);
CREATE TEMP VIEW refund AS SELECT * FROM charges_refund WHERE charge_id IN (SELECT id FROM charge);
CREATE TEMP VIEW event AS SELECT * FROM webhooks_event WHERE object_id IN (SELECT txid FROM charge);
CREATE TEMP VIEW message AS SELECT * FROM event WHERE message_type <> '';
CREATE TEMP VIEW delivery AS SELECT * FROM webhooks_delivery WHERE event_id IN (SELECT id FROM message);
CREATE TEMP VIEW attempt AS SELECT * FROM webhooks_attempt WHERE delivery_id IN (SELECT id FROM delivery);
CREATE TEMP VIEW claim AS SELECT * FROM core_idempotencykey WHERE created_at >= {since};
CREATE TEMP VIEW notice AS SELECT * FROM gateways_notice WHERE received_at >= {since};
CREATE TEMP VIEW network_charge AS SELECT * FROM gateways_sandboxcharge WHERE created_at >= {since};
CREATE TEMP VIEW network_refund AS SELECT * FROM gateways_sandboxrefund WHERE created_at >= {since};
CREATE TEMP VIEW card AS SELECT * FROM transactions_cardpayment WHERE created_at >= {since};
CREATE TEMP VIEW operation AS SELECT operation.*, orders.payment_method AS method FROM transactions_operation operation
    JOIN transactions_order orders ON orders.id = operation.order_id WHERE operation.created_at >= {since};
CREATE TEMP VIEW network_operation AS SELECT * FROM gateways_sandboxcardoperation WHERE created_at >= {since};
"""

UNDER_WAY = {
    "refunds without an end, other than of cents 03":
        "SELECT refund_id FROM refund WHERE status = 'PROCESSING' AND amount % 1 <> 0.03",
    "charges of cents 01 that are not paid":
        "SELECT txid FROM charge WHERE status IN ('CREATED', 'ACTIVE') AND amount % 1 = 0.01",
    "charges whose outcome nobody knows":
        "SELECT txid FROM charge WHERE status = 'CREATED' OR next_look_up_at IS NOT NULL",
    "operations on cards without an end":
        "SELECT operation_id FROM operation WHERE method = 'CARD' AND result = 'PENDING'",
    "notices that nobody has handled":
        "SELECT external_id, error FROM notice WHERE handled_at IS NULL",
    "deliveries that are being sent, or should be":
        "SELECT delivery_id, lease_until FROM delivery WHERE lease_until IS NOT NULL OR due_at < now()",
}  # fmt: skip

NEVER = {
    "a request that runs beyond its lease":
        "SELECT method, path, key FROM claim WHERE status IS NULL AND lease_until < now()",
    "a charge with two accepted payments":
        "SELECT charge_id FROM payment WHERE outcome = 'ACCEPTED' GROUP BY charge_id HAVING count(*) > 1",
    "a charge that is paid without a Pix, or not paid with one": """
        SELECT txid, status FROM charge WHERE (status IN ('PAID', 'PARTIALLY REFUNDED', 'REFUNDED'))
            <> EXISTS (SELECT FROM payment WHERE charge_id = charge.id AND outcome = 'ACCEPTED')""",
    "a Pix of which more goes back than came": """
        SELECT end_to_end_id FROM payment WHERE amount < (SELECT sum(amount) FROM refund
            WHERE payment_id = payment.id AND status IN ('PROCESSING', 'COMPLETED'))""",
    "a Pix that did not pay and was not sent back once, in full": """
        SELECT end_to_end_id FROM payment WHERE outcome <> 'ACCEPTED'
            AND array[amount] IS DISTINCT FROM (SELECT array_agg(amount) FROM refund WHERE payment_id = payment.id)""",
    "a refund that the network knows otherwise, or not at all": """
        SELECT refund_id, status, outcome FROM refund FULL JOIN network_refund USING (refund_id)
        WHERE refund.amount IS DISTINCT FROM network_refund.amount
            OR status IS DISTINCT FROM COALESCE(NULLIF(outcome, ''), 'PROCESSING')""",
    "a charge that the network knows otherwise, or not at all": """
        SELECT txid, status FROM charge FULL JOIN network_charge USING (txid)
        WHERE charge.amount IS DISTINCT FROM network_charge.amount
            OR (charge.paid_at IS NULL) <> (network_charge.paid_at IS NULL)
            OR (status = 'CANCELLED') <> (cancelled_at IS NOT NULL)""",
    "a posting that does not sum to zero":
        "SELECT posting_id FROM transactions_entry GROUP BY posting_id HAVING sum(amount) <> 0",
    "an account that is not the sum of its entries": """
        SELECT account.client_id, account.name, balance, sum(amount) FROM transactions_account account
        JOIN transactions_entry entry ON entry.client_id = account.client_id AND entry.account = account.name
        GROUP BY account.id HAVING balance <> sum(amount)""",
    "an order that does not say what its operations did": """
        SELECT orders.order_id FROM transactions_order orders JOIN operation ON operation.order_id = orders.id
        GROUP BY orders.id
        HAVING orders.captured_amount <> COALESCE(sum(operation.amount) FILTER (
                WHERE operation.type IN ('DEBIT', 'CAPTURE') AND result = 'EXECUTED'), 0)
            OR orders.refunded_amount <> COALESCE(sum(operation.amount) FILTER (
                WHERE operation.type = 'REFUND' AND result = 'EXECUTED'), 0)""",
    "an amount that is taken from an operation without one that took it": """
        SELECT parent.operation_id FROM operation parent LEFT JOIN operation child ON child.parent_id = parent.id
            AND child.result IN ('PENDING', 'EXECUTED', 'VOIDED')
        GROUP BY parent.id, parent.operation_id, parent.refunded_amount, parent.captured_amount, parent.reversed_amount
        HAVING parent.refunded_amount <> COALESCE(sum(child.amount) FILTER (WHERE child.type = 'REFUND'), 0)
            OR parent.captured_amount <> COALESCE(sum(child.amount) FILTER (WHERE child.type = 'CAPTURE'), 0)
            OR parent.reversed_amount <> COALESCE(sum(child.amount) FILTER (WHERE child.type = 'REVERSAL'), 0)""",
    "a refund that is not its operation": """
        SELECT refund_id FROM refund JOIN operation ON operation.id = refund.operation_id
        WHERE refund.amount <> operation.amount OR result <> CASE status
            WHEN 'PROCESSING' THEN 'PENDING' WHEN 'COMPLETED' THEN 'EXECUTED' ELSE 'FAILED' END""",
    # A sale whose process died before it asked was never made: nobody else knows the card.
    "an operation that the acquirer knows otherwise, or not at all": """
        SELECT operation_id, result, state FROM (SELECT * FROM operation WHERE method = 'CARD') ours
        FULL JOIN network_operation USING (operation_id)
        WHERE (result IN ('AUTHORIZED', 'EXECUTED', 'VOIDED')) IS DISTINCT FROM COALESCE(state = 'APPROVED', FALSE)
            OR (state IS NULL AND ours.return_code IS DISTINCT FROM '99')""",
    "a charge whose events have a gap or a double": """
        SELECT txid, version FROM charge WHERE array(SELECT generate_series(1, version))
            <> array(SELECT event.version FROM event WHERE object_id = txid ORDER BY event.version)""",
    "something told more or less than once": """
        SELECT txid, status, array_agg(name) FROM charge LEFT JOIN event ON object_id = txid
        GROUP BY txid, status, paid_at
        HAVING count(*) FILTER (WHERE name = 'charge.created') <> 1
            OR count(*) FILTER (WHERE name = 'charge.paid') <> (paid_at IS NOT NULL)::int
            OR count(*) FILTER (WHERE name = 'charge.cancelled') <> (status = 'CANCELLED')::int""",
    "a message that was not queued once for its client's webhook": """
        SELECT event_id FROM message WHERE 1 <> (SELECT count(*) FROM delivery
            JOIN webhooks_endpoint endpoint ON endpoint.id = delivery.endpoint_id
            WHERE delivery.event_id = message.id AND endpoint.client_id = message.client_id)""",
    "a delivery whose attempts are not all written down": """
        SELECT delivery_id, attempts FROM delivery
            WHERE attempts <> (SELECT count(*) FROM attempt WHERE attempt.delivery_id = delivery.id)""",
    "a delivery that is delivered without a 2xx, or not delivered with one": """
        SELECT delivery_id, status FROM delivery WHERE (status = 'DELIVERED') <> EXISTS (SELECT FROM attempt
            WHERE attempt.delivery_id = delivery.id AND status_code BETWEEN 200 AND 299)""",
    "the end of a refund told more or less than once": """
        SELECT refund_id FROM refund WHERE (status <> 'PROCESSING')::int <> (SELECT count(*) FROM event
            WHERE facts ->> 'refundId' = refund_id AND name IN ('charge.refund_completed', 'charge.refund_failed'))""",
}  # fmt: skip


class Books:
    """What a portal has written down since a moment."""

    def __init__(self, portal: RunningPortal, since: datetime) -> None:
        self.connection = psycopg.connect(portal.addresses["database_url"], autocommit=True)
        self.connection.execute(SQL(VIEWS).format(since=Literal(since)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def rows(self, query: str) -> list[Row]:
        return self.connection.execute(query.encode()).fetchall()

    def under_way(self) -> Findings:
        return {what: found for what, query in UNDER_WAY.items() if (found := self.rows(query))}

    def broken_rules(self) -> Findings:
        return {what: found for what, query in NEVER.items() if (found := self.rows(query))}

    def charges(self) -> list[Row]:
        """(the merchant's name, txid) of every charge."""
        return sorted(self.rows("SELECT user_reference, txid FROM charge"))

    def sales(self) -> list[Row]:
        """(the merchant's name, transactionId) of every sale by card."""
        return sorted(
            self.rows(
                "SELECT user_reference, operation.operation_id "
                "FROM card JOIN operation ON operation.id = card.operation_id"
            )
        )

    def follow_ups(self) -> list[Row]:
        """(the merchant's name, operationId) of every operation that a merchant asked for on a card."""
        return sorted(
            self.rows("SELECT merchant_transaction_id, operation_id FROM operation WHERE merchant_transaction_id <> ''")
        )

    def refunds(self) -> list[Row]:
        """(the merchant's name, refundId) of every refund that a merchant asked for."""
        return sorted(self.rows("SELECT description, refund_id FROM refund WHERE return_reason = ''"))

    def messages(self) -> dict[str, bytes]:
        """The bytes of every message that was committed, by its id."""
        return {event_id: bytes(body) for event_id, body in self.rows("SELECT event_id, body FROM message")}

    def undelivered(self) -> list[Row]:
        return self.rows("SELECT delivery_id, status, due_at FROM delivery WHERE status <> 'DELIVERED'")

    def states(self) -> dict[str, tuple[str, Any]]:
        return {txid: (status, amount) for txid, status, amount in self.rows("SELECT txid, status, amount FROM charge")}

    def summary(self) -> list[Row]:
        return self.rows(
            "SELECT 'charge', status, count(*) FROM charge GROUP BY status UNION ALL "
            "SELECT 'payment', outcome, count(*) FROM payment GROUP BY outcome UNION ALL "
            "SELECT 'refund', status, count(*) FROM refund GROUP BY status UNION ALL "
            "SELECT lower(type), result, count(*) FROM operation WHERE method = 'CARD' GROUP BY 1, 2 UNION ALL "
            "SELECT 'delivery', status, count(*) FROM delivery GROUP BY status UNION ALL "
            "SELECT 'attempt', COALESCE(status_code::text, NULLIF(error, ''), 'without an end'), count(*) FROM attempt "
            "GROUP BY 2 ORDER BY 1, 2"
        )
