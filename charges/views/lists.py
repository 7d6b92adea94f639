"""The list of charges, on the page and as a file."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.permissions import Fine, Module, fine, read
from charges.columns import CHARGE_COLUMNS
from charges.filters import ChargeFilters
from charges.models import Charge
from charges.queries import charges_for
from charges.views.page import ChargePage
from core import money
from core.lists.pages import Totals, count_text
from core.lists.views import ListFile, ListPage, Words


def counted(totals: Totals) -> str:
    sentence = ngettext(
        '<b>{number}</b> charge amounts to <b class="nw">{amount}</b>',
        '<b>{number}</b> charges amount to <b class="nw">{amount}</b>',
        totals.count,
    )
    return format_html(sentence, number=count_text(totals), amount=money.formatted(totals.amount))


class ChargeRows(ChargePage, ListPage):
    """What page and file have in common."""

    filters = ChargeFilters
    columns = CHARGE_COLUMNS
    default_order = "-created"
    amount = "amount"
    title = pgettext_lazy("heading", "Charges")
    words = Words(
        none=gettext_lazy("No charges found"),
        unlisted=gettext_lazy("No charges are listed"),
        many=gettext_lazy("More than 10,000 charges"),
        counted=counted,
    )
    live = "charge"
    page_url = "charges:list"
    file_url = "charges:file"
    page_template = "charges/list.html"

    def every_row(self) -> QuerySet[Charge]:
        return charges_for(self.actor)

    def more(self, rows: list[Any]) -> dict[str, Any]:
        return {
            "may_write": self.actor.may(fine(Module.CHARGES, Fine.WRITE)),
            "may_export": self.actor.may(fine(Module.CHARGES, Fine.EXPORT)),
        }


class ChargeList(ChargeRows):
    permission = read(Module.CHARGES)


class ChargeFile(ChargeRows, ListFile):
    permission = fine(Module.CHARGES, Fine.EXPORT)
