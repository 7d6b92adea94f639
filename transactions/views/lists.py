"""The lists of payments by card, orders and contracts, on the page and as files."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core import money
from core.lists.pages import Totals, count_text
from core.lists.views import ListFile, ListPage, Words
from transactions.columns import CARD_COLUMNS, CONTRACT_COLUMNS, ORDER_COLUMNS
from transactions.filters import CardFilters, ContractFilters, OrderFilters
from transactions.models import CardPayment, Contract, Order
from transactions.queries.contracts import contracts_for
from transactions.queries.orders import cards_for, orders_for
from transactions.views.page import EXPORT, SEES, CardPage


class Rows(CardPage, ListPage):
    def more(self, rows: list[Any]) -> dict[str, Any]:
        return {"may_export": self.actor.may(EXPORT)}


def counted_cards(totals: Totals) -> str:
    sentence = ngettext(
        '<b>{number}</b> transaction amounts to <b class="nw">{amount}</b>',
        '<b>{number}</b> transactions amount to <b class="nw">{amount}</b>',
        totals.count,
    )
    return format_html(sentence, number=count_text(totals), amount=money.formatted(totals.amount))


class CardRows(Rows):
    filters = CardFilters
    columns = CARD_COLUMNS
    default_order = "-date"
    amount = "amount"
    title = gettext_lazy("Card transactions")
    words = Words(
        none=gettext_lazy("No transactions found"),
        unlisted=gettext_lazy("No transactions are listed"),
        many=gettext_lazy("More than 10,000 transactions"),
        counted=counted_cards,
    )
    live = "card"
    page_url = "transactions:cards"
    file_url = "transactions:card-file"

    def every_row(self) -> QuerySet[CardPayment]:
        return cards_for(self.actor)


class CardList(CardRows):
    permission = SEES


class CardFile(CardRows, ListFile):
    permission = EXPORT


def counted_orders(totals: Totals) -> str:
    sentence = ngettext(
        '<b>{number}</b> order amounts to <b class="nw">{amount}</b>',
        '<b>{number}</b> orders amount to <b class="nw">{amount}</b>',
        totals.count,
    )
    return format_html(sentence, number=count_text(totals), amount=money.formatted(totals.amount))


class OrderRows(Rows):
    filters = OrderFilters
    columns = ORDER_COLUMNS
    default_order = "-date"
    amount = "amount"
    title = pgettext_lazy("heading", "Orders")
    words = Words(
        none=gettext_lazy("No orders found"),
        unlisted=gettext_lazy("No orders are listed"),
        many=gettext_lazy("More than 10,000 orders"),
        counted=counted_orders,
    )
    live = "card charge"
    page_url = "transactions:orders"
    file_url = "transactions:order-file"

    def every_row(self) -> QuerySet[Order]:
        return orders_for(self.actor)


class OrderList(OrderRows):
    permission = SEES


class OrderFile(OrderRows, ListFile):
    permission = EXPORT


def counted_contracts(totals: Totals) -> str:
    sentence = ngettext("<b>{number}</b> contract", "<b>{number}</b> contracts", totals.count)
    return format_html(sentence, number=count_text(totals))


class ContractRows(Rows):
    filters = ContractFilters
    columns = CONTRACT_COLUMNS
    default_order = "-created"
    title = gettext_lazy("Contracts of kept cards")
    words = Words(
        none=gettext_lazy("No contracts found"),
        unlisted=gettext_lazy("No contracts are listed"),
        many=gettext_lazy("More than 10,000 contracts"),
        counted=counted_contracts,
        how=gettext_lazy("A contract begins when a customer agrees to have a card kept, with a payment or by itself."),
    )
    live = "contract"
    page_url = "transactions:contracts"
    file_url = "transactions:contract-file"

    def every_row(self) -> QuerySet[Contract]:
        return contracts_for(self.actor)


class ContractList(ContractRows):
    permission = SEES


class ContractFile(ContractRows, ListFile):
    permission = EXPORT
