"""How a card transaction is shown."""

from operator import attrgetter
from typing import Any

from core import clock
from gateways import abecs
from transactions.api.shown.orders import customer_shown, operation_shown
from transactions.models import CardPayment, Operation, Receivable

IN_ORDER_OF_PAYMENT = attrgetter("pays_on", "number", "part")


def transaction_shown(payment: CardPayment) -> dict[str, Any]:
    """From a payment as `queries.orders.in_full` reads it."""
    root = payment.operation
    order, operations = root.order, [root, *root.followers.all()]
    parts = [part for operation in operations for part in operation.receivables.all()]
    contract = payment.contract
    return {
        "transactionId": root.operation_id,
        "orderId": order.order_id,
        "status": payment.status,
        "authorizationOnly": payment.is_authorization_only,
        "amount": payment.amount,
        "capturedAmount": payment.captured_amount,
        "refundedAmount": payment.refunded_amount,
        "chargedBackAmount": payment.charged_back_amount,
        "flags": [flag.value for flag in payment.flags],
        "type": payment.type,
        "paymentType": payment.payment_type,
        "numberInstallments": payment.installments,
        "nsu": root.nsu or None,
        "authorizationCode": root.authorization_code or None,
        **said_of(payment.brand, root.return_code),
        "card": {"brand": payment.brand, "last4": payment.last4, "holderName": payment.holder_name},
        "token": contract.token if contract and contract.token_deleted_at is None else None,
        "contractId": contract.contract_id if contract else None,
        "customer": customer_shown(order),
        "softDescriptor": payment.soft_descriptor or None,
        "description": order.description or None,
        "userReference": payment.user_reference or None,
        "installments": [installment_shown(part) for part in sorted(parts, key=IN_ORDER_OF_PAYMENT)],
        "operations": [operation_shown(operation, order) for operation in operations],
        "createdAt": clock.text(payment.created_at),
        "updatedAt": clock.text(payment.updated_at),
    }


def changed_transaction_shown(payment: CardPayment, made: Operation) -> dict[str, Any]:
    return {
        **transaction_shown(payment),
        "operationId": made.operation_id,
        "operationType": made.type,
        "operationResult": made.result,
    }


def said_of(brand: str, code: str) -> dict[str, Any]:
    """The acquirer's code and what it means; nothing until it has spoken."""
    if not code:
        return dict.fromkeys(("returnCode", "returnMessage", "abecsReason", "retryAllowed"))
    meaning = abecs.meaning(brand, code)
    return {
        "returnCode": code,
        "returnMessage": str(meaning.text),
        "abecsReason": meaning.reason,
        "retryAllowed": meaning.retry_allowed,
    }


def installment_shown(part: Receivable) -> dict[str, Any]:
    return {
        "number": part.number,
        "amount": part.gross,
        "feePercentage": part.fee_percentage,
        "netAmount": part.net,
        "paymentDate": part.pays_on.isoformat(),
        "status": part.status,
    }
