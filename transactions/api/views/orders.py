"""Orders, operations and contracts (API.md 6.7)."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from transactions.api.conditions import operation_conditions, order_conditions
from transactions.api.serializers.orders import OperationQuery, OrderQuery
from transactions.api.shapes.orders import ActionsShown, OperationShown, OrderShown
from transactions.api.shown.orders import action_shown, operation_shown, order_shown
from transactions.queries.availability import available_operations
from transactions.queries.orders import operation_of, operations_for, order_of, orders_for, with_operations

READ = "orders.read"


class Orders(Endpoint):
    """`/v1/orders`"""

    operations = {
        "GET": Operation(
            _("List orders"),
            scope=READ,
            query=OrderQuery,
            answer=list_of(OrderShown),
            description=_("Every Pix charge, payment of a link and payment by card is an order with operations."),
        )
    }

    def get(self, request: Request) -> Response:
        rows = orders_for(self.actor).filter(self.query["period"], order_conditions(self.query))
        order = OrderQuery.date_fields[self.query["dateField"]]
        envelope = page_of(with_operations(rows), self.query, order=order)
        envelope["content"] = [order_shown(each) for each in envelope["content"]]
        return Response(envelope)


class OneOrder(Endpoint):
    """`/v1/orders/{orderId}`"""

    operations = {"GET": Operation(_("Read an order"), scope=READ, answer=OrderShown)}

    def get(self, request: Request, order_id: str) -> Response:
        return Response(order_shown(order_of(self.actor, order_id)))


class Operations(Endpoint):
    """`/v1/operations`"""

    operations = {
        "GET": Operation(_("List operations"), scope=READ, query=OperationQuery, answer=list_of(OperationShown))
    }

    def get(self, request: Request) -> Response:
        rows = operations_for(self.actor).filter(self.query["period"], operation_conditions(self.query))
        envelope = page_of(rows, self.query)
        envelope["content"] = [operation_shown(each, each.order) for each in envelope["content"]]
        return Response(envelope)


class OneOperation(Endpoint):
    """`/v1/operations/{operationId}`"""

    operations = {"GET": Operation(_("Read an operation"), scope=READ, answer=OperationShown)}

    def get(self, request: Request, operation_id: str) -> Response:
        operation = operation_of(self.actor, operation_id)
        return Response(operation_shown(operation, operation.order))


class Actions(Endpoint):
    """`/v1/operations/{operationId}/actions`"""

    operations = {
        "GET": Operation(
            _("What may be done with an operation now"),
            scope=READ,
            answer=ActionsShown,
            description=_(
                "What the operation's type, payment method, status and day, the amounts that remain and the scopes of "
                "the token allow at this moment."
            ),
        )
    }

    def get(self, request: Request, operation_id: str) -> Response:
        available = available_operations(self.actor, operation_of(self.actor, operation_id))
        return Response({"actions": [action_shown(each) for each in available]})
