"""Saved cards: their tokens (API.md 6.6) and contracts (6.7)."""

from functools import partial
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
from transactions.actions.contracts import deactivate_contract, delete_token
from transactions.actions.kept_cards import keep
from transactions.actions.sales import Instrument, pay
from transactions.api.serializers.cards import TokenSaleBody
from transactions.api.serializers.kept_cards import TokenBody, TokenQuery
from transactions.api.shapes.cards import CardTransactionShown
from transactions.api.shapes.kept_cards import ContractsOfCustomerShown, DeactivationShown, KeptCardShown
from transactions.api.shown.kept_cards import kept_card_shown
from transactions.api.views.cards import READ, SALE_ERRORS, WRITE, SaleAnswers
from transactions.queries.contracts import contract_of, contracts_for, token_of, tokens_for

ORDERS_READ, ORDERS_WRITE = "orders.read", "orders.write"


class Tokens(Endpoint):
    """`/v1/credit-card/tokens`"""

    operations = {
        "GET": Operation(
            _("List the kept cards of a customer"), scope=READ, query=TokenQuery, answer=list_of(KeptCardShown)
        ),
        "POST": Operation(
            _("Keep a card"),
            scope=WRITE,
            body=TokenBody,
            answer=KeptCardShown,
            status=201,
            errors=(errors.CardNotVerified, Unavailable),
            description=_(
                "The issuer is asked with a verification of zero value. The token is what you pay with; the contract "
                "is the holder's consent to be charged without being present."
            ),
            example={
                "card": {"holderName": "MARINA EXEMPLO", "number": "4111111111110071", "expirationDate": "2031-12"},
                "customerId": "cliente-77",
                "customerConsent": {"at": "2026-11-20T17:32:50Z", "ip": "192.0.2.10"},
            },
        ),
    }

    def post(self, request: Request) -> HttpResponseBase:
        return self.once_in_steps(lambda claim: keep(actor=self.actor, **self.body, claim=claim), kept_card_shown)

    def get(self, request: Request) -> Response:
        rows = tokens_for(self.actor).filter(self.query["period"], customer_id=self.query["customerId"])
        envelope = page_of(rows, self.query, order=TokenQuery.date_fields[self.query["dateField"]])
        envelope["content"] = [kept_card_shown(contract) for contract in envelope["content"]]
        return Response(envelope)


class OneToken(Endpoint):
    """`/v1/credit-card/tokens/{token}`"""

    operations = {
        "GET": Operation(_("Read a kept card"), scope=READ, answer=KeptCardShown),
        "DELETE": Operation(
            _("Delete a token"),
            scope=WRITE,
            status=204,
            description=_("Its contract becomes INACTIVE, its recurrences are cancelled, the card is forgotten."),
        ),
    }

    def get(self, request: Request, card_token: str) -> Response:
        return Response(kept_card_shown(token_of(self.actor, card_token)))

    def delete(self, request: Request, card_token: str) -> HttpResponseBase:
        return self.once(partial(delete_token, actor=self.actor, token=card_token), kept_card_shown)


class TokenTransactions(SaleAnswers):
    """`/v1/credit-card/tokens/{token}/transactions`"""

    operations = {
        "POST": Operation(
            _("Charge a kept card"),
            scope=WRITE,
            body=TokenSaleBody,
            answer=CardTransactionShown,
            status=201,
            errors=(*SALE_ERRORS, errors.CardNotUsable),
            description=_("As a sale with the card itself, but without its holder: no CVV is sent."),
            example={"amount": 49.90, "orderId": "pedido-1043"},
        )
    }

    def post(self, request: Request, card_token: str) -> HttpResponseBase:
        instrument = Instrument(contract=token_of(self.actor, card_token), consent=self.body["consent"])
        return self.once_in_steps(
            lambda claim: pay(actor=self.actor, draft=self.body["draft"], instrument=instrument, claim=claim),
            self.shown,
        )


class ContractsOfCustomer(Endpoint):
    """`/v1/contracts/customers/{customerId}`"""

    operations = {
        "GET": Operation(_("List the contracts of a customer"), scope=ORDERS_READ, answer=ContractsOfCustomerShown)
    }

    def get(self, request: Request, customer_id: str) -> Response:
        contracts = contracts_for(self.actor).filter(customer_id=customer_id)
        return Response({"customerId": customer_id, "contracts": [kept_card_shown(each) for each in contracts]})


class Deactivation(Endpoint):
    """`/v1/contracts/{contractId}/deactivation`"""

    operations = {
        "POST": Operation(
            _("Deactivate a contract"),
            scope=ORDERS_WRITE,
            answer=DeactivationShown,
            description=_("Stops one-click and recurring payments on it. One that is INACTIVE stays so."),
        )
    }

    def post(self, request: Request, contract_id: str) -> HttpResponseBase:
        contract_of(self.actor, contract_id)
        return self.once(partial(deactivate_contract, actor=self.actor, contract_id=contract_id), deactivated)


def deactivated(contract: models.Contract) -> dict[str, Any]:
    return {"contractId": contract.contract_id, "status": contract.status}
