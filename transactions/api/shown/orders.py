"""How an order and its operations are shown."""

from typing import Any

from core import clock
from gateways import abecs
from transactions.models import Operation, Order
from transactions.queries.availability import Available
from transactions.states import PaymentMethod


def operation_shown(operation: Operation, order: Order) -> dict[str, Any]:
    said = {"nsu": operation.nsu, "authorizationCode": operation.authorization_code}
    return {
        "operationId": operation.operation_id,
        "orderId": order.order_id,
        "parentOperationId": operation.parent.operation_id if operation.parent else None,
        "operationType": operation.type,
        "operationResult": operation.result,
        "operationTime": clock.text(operation.created_at),
        "channel": operation.channel,
        "paymentMethod": order.payment_method,
        "paymentCircuit": operation.payment_circuit or None,
        "paymentInstrumentInfo": operation.payment_instrument or None,
        "endToEndId": operation.end_to_end_id or None,
        "amount": operation.amount,
        "currency": order.currency,
        "usage": operation.usage or None,
        "merchantTransactionId": operation.merchant_transaction_id,
        "memo": operation.memo or None,
        "returnCode": operation.return_code or None,
        "returnMessage": _message_of(operation, order),
        "additionalData": {**operation.additional_data, **{name: text for name, text in said.items() if text}},
    }


def _message_of(operation: Operation, order: Order) -> str | None:
    """What an acquirer's code means. Other networks' codes speak for themselves."""
    if order.payment_method != PaymentMethod.CARD or not operation.return_code:
        return None
    return str(abecs.meaning(operation.payment_circuit, operation.return_code).text)


def customer_shown(order: Order) -> dict[str, Any] | None:
    customer = {
        "name": order.customer_name or None,
        "document": order.customer_document or None,
        "email": order.customer_email or None,
    }
    return customer if any(customer.values()) else None


def order_shown(order: Order) -> dict[str, Any]:
    """From an order with its operations and their parents."""
    last = order.last_operation_at
    return {
        "orderId": order.order_id,
        "amount": order.amount,
        "currency": order.currency,
        "paymentMethod": order.payment_method,
        "channel": order.channel,
        "description": order.description or None,
        "userReference": order.user_reference or None,
        "customer": customer_shown(order),
        "authorizedAmount": order.authorized_amount,
        "capturedAmount": order.captured_amount,
        "refundedAmount": order.refunded_amount,
        "chargedBackAmount": order.charged_back_amount,
        "lastOperationType": order.last_operation_type or None,
        "lastOperationTime": clock.text(last) if last else None,
        "operations": [operation_shown(operation, order) for operation in order.operations.all()],
        "links": [],
        "createdAt": clock.text(order.created_at),
        "updatedAt": clock.text(order.updated_at),
    }


def action_shown(available: Available) -> dict[str, Any]:
    return {
        "action": available.action.value,
        "minAmount": available.smallest,
        "maxAmount": available.largest,
        "currency": "BRL",
    }
