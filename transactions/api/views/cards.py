"""Card transactions (API.md 6.6). A view reads the shape, one action decides, one function shows the result."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from core.errors import Unavailable
from transactions import errors, models
from transactions.actions.follow_ups import follow_up
from transactions.actions.sales import pay
from transactions.api.conditions import card_conditions
from transactions.api.serializers.cards import AmountBody, CardQuery, CardSaleBody
from transactions.api.shapes.cards import CardTransactionShown, ChangedCardTransactionShown
from transactions.api.shown.cards import changed_transaction_shown, transaction_shown
from transactions.queries.availability import way_back
from transactions.queries.orders import card_in_full, cards_for, completed, in_full
from transactions.states import Action

READ, WRITE = "credit-card.read", "credit-card.write"
SALE_ERRORS = (
    errors.OrderAlreadyPaid,
    errors.OrderOfAnotherMethod,
    errors.InstallmentTooSmall,
    errors.InstallmentsNotPossible,
    errors.AuthenticationRequired,
    Unavailable,
)
FOLLOW_UP_ERRORS = (errors.OperationNotAllowed, errors.AmountNotAllowed, Unavailable)


class SaleAnswers(Endpoint):
    """Answers with the transaction that was made."""

    def shown(self, payment: models.CardPayment) -> dict[str, Any]:
        return transaction_shown(completed(payment))


class CardTransactions(SaleAnswers):
    """`/v1/credit-card/transactions`"""

    operations = {
        "GET": Operation(
            _("List card transactions"), scope=READ, query=CardQuery, answer=list_of(CardTransactionShown)
        ),
        "POST": Operation(
            _("Charge a card"),
            scope=WRITE,
            body=CardSaleBody,
            answer=CardTransactionShown,
            status=201,
            errors=SALE_ERRORS,
            description=_(
                "The acquirer is asked inside the request. A declined card is an answer, not an error: 201 with status "
                "DENIED and its returnCode. When the acquirer does not answer for ten seconds the transaction is "
                "PENDING and becomes APPROVED or DENIED by itself. The number and the CVV are kept nowhere."
            ),
            example={
                "amount": 150.00,
                "card": {
                    "holderName": "MARINA EXEMPLO",
                    "number": "4111111111110071",
                    "expirationDate": "2031-12",
                    "cvv": "123",
                },
                "numberInstallments": 3,
                "paymentType": "PARCELADO_LOJA",
                "orderId": "pedido-1042",
                "customer": {"name": "Marina Exemplo", "document": "123.456.789-09", "email": "marina@example.com"},
                "softDescriptor": "LOJA EXEMPLO",
                "userReference": "pedido-1042",
            },
        ),
    }

    def post(self, request: Request) -> HttpResponseBase:
        return self.once_in_steps(lambda claim: pay(actor=self.actor, **self.body, claim=claim), self.shown)

    def get(self, request: Request) -> Response:
        conditions = card_conditions(self.query, self.actor.client_id)
        rows = in_full(cards_for(self.actor)).filter(self.query["period"], conditions)
        envelope = page_of(rows, self.query, order=CardQuery.date_fields[self.query["dateField"]])
        envelope["content"] = [transaction_shown(payment) for payment in envelope["content"]]
        return Response(envelope)


class OneCardTransaction(Endpoint):
    """`/v1/credit-card/transactions/{transactionId}`"""

    operations = {"GET": Operation(_("Read a card transaction"), scope=READ, answer=CardTransactionShown)}

    def get(self, request: Request, card_transaction_id: str) -> Response:
        return Response(transaction_shown(card_in_full(self.actor, card_transaction_id)))


class ChangeOfCardTransaction(Endpoint):
    """Answers with the transaction, and names the operation that was made."""

    def follow(self, transaction_id: str, operation_id: str, action: Action) -> HttpResponseBase:
        def shown(made: models.Operation) -> dict[str, Any]:
            return changed_transaction_shown(card_in_full(self.actor, transaction_id), made)

        return self.once_in_steps(
            lambda claim: follow_up(
                actor=self.actor,
                operation_id=operation_id,
                action=action,
                amount=self.body.get("amount"),
                claim=claim,
            ),
            shown,
        )


class CaptureCardTransaction(ChangeOfCardTransaction):
    """`/v1/credit-card/transactions/{transactionId}/capture`"""

    operations = {
        "PUT": Operation(
            _("Capture a pre-authorization"),
            scope=WRITE,
            body=AmountBody,
            answer=ChangedCardTransactionShown,
            errors=FOLLOW_UP_ERRORS,
            description=_("All that is still open, or a part of it. Several captures are possible."),
            example={"amount": 100.00},
        )
    }

    def put(self, request: Request, card_transaction_id: str) -> HttpResponseBase:
        card_in_full(self.actor, card_transaction_id)
        return self.follow(card_transaction_id, card_transaction_id, Action.CAPTURE)


class CancelCardTransaction(ChangeOfCardTransaction):
    """`/v1/credit-card/transactions/{transactionId}/cancel`"""

    operations = {
        "PUT": Operation(
            _("Cancel or refund a card transaction"),
            scope=WRITE,
            body=AmountBody,
            answer=ChangedCardTransactionShown,
            errors=(*FOLLOW_UP_ERRORS, errors.SeveralCaptures),
            description=_(
                "Chooses the way: an open pre-authorization is reversed; a whole sale or capture of today is "
                "cancelled; everything else is refunded. The answer names the operation that was made."
            ),
            example={"amount": 50.00},
        )
    }

    def put(self, request: Request, card_transaction_id: str) -> HttpResponseBase:
        operation_id, action = way_back(self.actor, card_transaction_id, self.body.get("amount"))
        return self.follow(card_transaction_id, operation_id, action)
