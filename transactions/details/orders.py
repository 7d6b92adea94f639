"""What the page of one order shows."""

from decimal import Decimal
from typing import Any

from core.actor import Actor
from core.lists.periods import zone_text
from transactions.columns import document_for
from transactions.details.operations import offered_on_a_page, tree_of
from transactions.links import page_of
from transactions.looks import order_badges
from transactions.models import Order
from transactions.queries.orders import tree_with_facts


def order_detail_of(actor: Actor, order: Order, *, whole: bool) -> dict[str, Any]:
    """The order with its whole tree, from a fixed number of queries."""
    operations = tree_with_facts(order)
    return {
        "order": order,
        "badges": order_badges(order),
        "document": document_for(actor, order.customer_document) if order.customer_document else "",
        "tree": tree_of(operations, whole=whole),
        "operations_count": len(operations),
        "product_page": page_of(actor, order),
        "zone_text": zone_text(actor.zone),
        "minus_refunded": -order.refunded_amount,
        "minus_charged_back": -order.charged_back_amount,
        "kept": kept_of(order),
        **offered_on_a_page(actor, operations),
    }


def kept_of(order: Order) -> Decimal:
    """What is left of what was captured, in reais. Both refunds and chargebacks may reach for the same money."""
    return order.captured_amount - order.refunded_amount - order.charged_back_amount
