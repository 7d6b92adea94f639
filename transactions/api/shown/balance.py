"""How the balance, the account statement, the installments and the statement are shown."""

from decimal import Decimal
from typing import Any

from core import clock
from transactions.models import CardPayment, Entry, Receivable
from transactions.queries.availability import card_of_payment

ONLINE = {"id": "ECOM", "serial": "—", "name": None}


def balance_shown(balance: dict[str, Decimal]) -> dict[str, Any]:
    return {
        "available": balance["available"],
        "inTransit": balance["in_transit"],
        "blocked": balance["blocked"],
        "receivables": balance["receivables"],
    }


def entry_shown(entry: Entry) -> dict[str, Any]:
    return {
        "createdAt": clock.text(entry.created_at),
        "amount": entry.amount,
        "balanceAfter": entry.balance_after,
        "type": entry.posting.kind.replace(".", "_").upper(),
        "objectId": entry.posting.object_id,
        "merchantId": entry.posting.merchant_id or None,
    }


def installment_row(row: Receivable) -> dict[str, Any]:
    operation, card = row.operation, card_of_payment(row.operation)
    root = operation.payment or operation
    return {
        "transactionId": root.operation_id,
        "operationId": operation.operation_id,
        "orderId": operation.order.order_id,
        "nsu": root.nsu or None,
        "authorizationCode": root.authorization_code or None,
        "holderName": card.holder_name,
        "maskedCard": card.masked_number,
        "brand": card.brand,
        "type": card.type,
        "paymentType": card.payment_type,
        "number": row.number,
        "numberInstallments": row.of,
        "grossAmount": row.gross,
        "returnedAmount": row.returned,
        "feePercentage": row.fee_percentage,
        "feeAmount": row.fee - row.returned_fee,
        "netAmount": row.net,
        "transactionDate": clock.text(row.created_at),
        "paymentDate": row.pays_on.isoformat(),
        "paidAt": clock.text(row.paid_at) if row.paid_at else None,
        "paymentStatus": row.status,
    }


def statement_row(row: Receivable) -> dict[str, Any]:
    card = card_of_payment(row.operation)
    return {**installment_row(row), "terminal": terminal_shown(card), "status": card.status}


def terminal_shown(card: CardPayment) -> dict[str, Any]:
    terminal = card.terminal
    return {"id": terminal.terminal_id, "serial": terminal.serial, "name": terminal.name} if terminal else ONLINE
