"""The list of charges, on the page and as a file."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from accounts.permissions import Fine, Module, fine, read
from charges.columns import CHARGE_COLUMNS
from charges.filters import SHOWN, ChargeFilters
from charges.looks import charge_look
from charges.models import Charge
from charges.queries import charges_for
from charges.states import ChargeStatus
from charges.views.page import ChargePage
from core.lists.views import ListFile, ListPage


@dataclass(frozen=True, slots=True)
class StatusChoice:
    """A status as the filter offers it."""

    value: str
    label: str
    tone: str
    shape: str
    chosen: bool

    @classmethod
    def of(cls, status: ChargeStatus, chosen: list[str]) -> "StatusChoice":
        return cls(status.value, str(status.label), *charge_look(status), status.value in chosen)


class ChargeRows(ChargePage, ListPage):
    """What page and file have in common."""

    filters = ChargeFilters
    columns = CHARGE_COLUMNS
    default_order = "-created"
    amount = "amount"
    title = pgettext_lazy("heading", "Charges")
    page_template = "charges/list.html"
    results_template = "charges/_results.html"
    totals_template = "charges/_totals.html"

    def every_row(self) -> QuerySet[Charge]:
        return charges_for(self.actor)

    def more(self, rows: list[Any]) -> dict[str, Any]:
        chosen = self.asked.form["status"].value() or []
        return {
            "status_choices": [StatusChoice.of(ChargeStatus(value), chosen) for value, _label in SHOWN],
            "may_write": self.actor.may(fine(Module.CHARGES, Fine.WRITE)),
            "may_export": self.actor.may(fine(Module.CHARGES, Fine.EXPORT)),
        }


class ChargeList(ChargeRows):
    permission = read(Module.CHARGES)


class ChargeFile(ChargeRows, ListFile):
    permission = fine(Module.CHARGES, Fine.EXPORT)
