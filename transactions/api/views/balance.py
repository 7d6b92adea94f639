"""The balance and the account statement (API.md 6.8), the installments and the statement of sales by card (6.6)."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.lists import page_of
from core.api.operations import Operation
from core.api.shapes import list_of
from core.api.views import Endpoint
from transactions.api.conditions import installment_conditions
from transactions.api.serializers.balance import EntryQuery, InstallmentQuery, ReceivableQuery, StatementQuery
from transactions.api.shapes.balance import BalanceShown, EntryShown, InstallmentRowShown, StatementRowShown
from transactions.api.shown.balance import balance_shown, entry_shown, installment_row, statement_row
from transactions.queries.journal import balance_of, entries_for
from transactions.queries.receivables import receivables_for

READ, CARD_READ = ("orders.read", "pix-checkout.read"), "credit-card.read"


class Balance(Endpoint):
    """`/v1/balance`"""

    operations = {"GET": Operation(_("Read the balance"), scope=READ, answer=BalanceShown)}

    def get(self, request: Request) -> Response:
        return Response(balance_shown(balance_of(self.actor)))


class Entries(Endpoint):
    """`/v1/balance/entries`"""

    operations = {
        "GET": Operation(
            _("List what moved the balance"),
            scope=READ,
            query=EntryQuery,
            answer=list_of(EntryShown),
            description=_("The account statement: each movement of the available money, and the balance after it."),
        )
    }

    def get(self, request: Request) -> Response:
        envelope = page_of(entries_for(self.actor).filter(self.query["period"]), self.query)
        envelope["content"] = [entry_shown(entry) for entry in envelope["content"]]
        return Response(envelope)


class Installments(Endpoint):
    """`/v1/credit-card/installments`"""

    operations = {
        "GET": Operation(
            _("List installments"),
            scope=CARD_READ,
            query=InstallmentQuery,
            answer=list_of(InstallmentRowShown),
            description=_("What sales by card bring and when. Dates of the sale, or of the payment, or both."),
        )
    }

    def get(self, request: Request) -> Response:
        conditions = installment_conditions(self.query, self.actor.client_id)
        rows = receivables_for(self.actor).filter(self.query["period"], conditions)
        envelope = page_of(rows, self.query, order=ReceivableQuery.date_fields[self.query["dateField"]])
        envelope["content"] = [installment_row(row) for row in envelope["content"]]
        return Response(envelope)


class Statement(Endpoint):
    """`/v1/statement`"""

    operations = {
        "GET": Operation(
            _("List the statement"),
            scope=CARD_READ,
            query=StatementQuery,
            answer=list_of(StatementRowShown),
            description=_("Each part of each captured sale by card: terminal, amounts, dates and both states."),
        )
    }

    def get(self, request: Request) -> Response:
        conditions = installment_conditions(self.query, self.actor.client_id)
        rows = receivables_for(self.actor).filter(self.query["period"], conditions)
        envelope = page_of(rows, self.query, order=ReceivableQuery.date_fields[self.query["dateField"]])
        envelope["content"] = [statement_row(row) for row in envelope["content"]]
        return Response(envelope)
