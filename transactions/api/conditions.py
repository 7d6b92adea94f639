"""Filters of the API's lists as conditions."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from transactions.queries.conditions import HAS_FLAG, IN_STATE
from transactions.queries.disputes import with_status
from transactions.queries.orders import with_nsu
from transactions.states import CardType

AMOUNTS = {
    "ORDER_AMOUNT": "amount",
    "AUTHORIZED_AMOUNT": "authorized_amount",
    "CAPTURED_AMOUNT": "captured_amount",
}


def equal(query: dict[str, Any], columns: dict[str, str]) -> Q:
    """`columns` by the names of their parameters; those that were not sent ask nothing."""
    return Q(**{column: query[name] for name, column in columns.items() if query.get(name)})


def card_conditions(query: dict[str, Any], client_id: int) -> Q:
    columns = {
        "status": "status",
        "orderId": "operation__order__order_id",
        "last4": "last4",
        "userReference": "user_reference",
    }
    wanted = equal(query, columns) & HAS_FLAG.get(query.get("flag") or "", Q())
    if query.get("nsu"):
        wanted &= Q(operation__in=with_nsu(client_id, query["nsu"]))
    return wanted


def order_conditions(query: dict[str, Any]) -> Q:
    wanted = equal(query, {"orderId": "order_id", "paymentMethod": "payment_method"})
    amount = AMOUNTS[query.get("amountType") or "ORDER_AMOUNT"]
    for name, comparison in (("minAmount", "gte"), ("maxAmount", "lte")):
        if query.get(name) is not None:
            wanted &= Q(**{f"{amount}__{comparison}": query[name]})
    return wanted & IN_STATE.get(query.get("orderState") or "", Q())


def operation_conditions(query: dict[str, Any]) -> Q:
    columns = {
        "channel": "channel",
        "operationType": "type",
        "operationResult": "result",
        "orderId": "order__order_id",
        "merchantTransactionId": "merchant_transaction_id",
        "endToEndId": "end_to_end_id",
    }
    return equal(query, columns)


def dispute_conditions(query: dict[str, Any], moment: datetime) -> Q:
    columns = {"type": "type", "orderId": "operation__order__order_id", "endToEndId": "operation__end_to_end_id"}
    wanted = equal(query, columns)
    if query.get("status"):
        wanted &= with_status(query["status"], moment)
    if query.get("operationId"):
        wanted &= Q(operation__operation_id=query["operationId"]) | Q(notice__operation_id=query["operationId"])
    return wanted


def installment_conditions(query: dict[str, Any], client_id: int) -> Q:
    """Of installments and of the statement."""
    wanted: Q = query.get("payment_days", Q()) & equal(query, {"paymentStatus": "status"})
    if query.get("status"):
        wanted &= of_card(status=query["status"])
    if query.get("paymentType"):
        is_debit = query["paymentType"] == CardType.DEBIT
        kind = CardType.DEBIT if is_debit else CardType.CREDIT
        wanted &= of_card(type=kind) if is_debit else of_card(type=kind, payment_type=query["paymentType"])
    if query.get("nsu"):
        found = with_nsu(client_id, query["nsu"])
        wanted &= Q(operation__in=found) | Q(operation__payment__in=found)
    return wanted


def of_card(**facts: Any) -> Q:
    """The card of a sale is its operation's, that of a capture its payment's."""
    own = Q(**{f"operation__card__{name}": value for name, value in facts.items()})
    return own | Q(**{f"operation__payment__card__{name}": value for name, value in facts.items()})


def recurrence_conditions(query: dict[str, Any]) -> Q:
    return equal(query, {"status": "status", "userReference": "user_reference"})
