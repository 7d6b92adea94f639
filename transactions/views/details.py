"""The pages of one payment by card, one order and one contract. Each keeps itself up to date."""

from abc import abstractmethod
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.lists.short import wants_whole
from core.lists.views import wants_fragment
from transactions.details.cards import card_detail_of
from transactions.details.contracts import contract_detail_of
from transactions.details.orders import order_detail_of
from transactions.queries.contracts import contract_of
from transactions.queries.orders import card_of, order_of
from transactions.views.page import SEES, CardPage


class DetailPage(CardPage):
    """htmx asks for the part that changes; everybody else gets the page around it."""

    permission = SEES
    name: ClassVar[str]

    def get(self, request: HttpRequest, **ids: str) -> HttpResponse:
        part = f"_{self.name}" if wants_fragment(request) else self.name
        return render(request, f"transactions/{part}.html", {"whole": self.whole, **self.shown(**ids)})

    @property
    def whole(self) -> bool:
        return wants_whole(self.request)

    @abstractmethod
    def shown(self, **ids: str) -> dict[str, Any]: ...


class CardDetail(DetailPage):
    name = "card"

    def shown(self, **ids: str) -> dict[str, Any]:
        return card_detail_of(self.actor, card_of(self.actor, ids["card_transaction_id"]), whole=self.whole)


class OrderDetail(DetailPage):
    name = "order"

    def shown(self, **ids: str) -> dict[str, Any]:
        return order_detail_of(self.actor, order_of(self.actor, ids["order_id"]), whole=self.whole)


class ContractDetail(DetailPage):
    name = "contract"

    def shown(self, **ids: str) -> dict[str, Any]:
        return contract_detail_of(self.actor, contract_of(self.actor, ids["contract_id"]), whole=self.whole)
