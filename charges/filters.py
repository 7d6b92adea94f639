"""Filters of the list of charges."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from charges.looks import charge_look
from charges.models import Charge
from charges.queries import with_status
from charges.states import ChargeStatus
from core import clock
from core.lists.filters import (
    ChoicesFilter,
    DocumentFilter,
    ListFilters,
    PeriodFilter,
    PrefixFilter,
    SwitchFilter,
)

SHOWN = [(status.value, status.label) for status in ChargeStatus if status is not ChargeStatus.FAILED_CREATION]


class StatusFilter(ChoicesFilter):
    """The status of this moment, which the clock may have changed since it was recorded."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        if not value:
            return qs
        moment = clock.now()
        condition = Q()
        for status in value:
            condition |= with_status(status, moment)
        return qs.filter(condition)


class LinksFilter(SwitchFilter):
    """Charges made for another product are listed only when asked for."""

    def filter(self, qs: QuerySet[Any], value: bool) -> QuerySet[Any]:
        return qs if value else qs.filter(origin="")

    def words(self, value: bool) -> str:
        return _("included")


class ChargeFilters(ListFilters):
    period = PeriodFilter("created_at", label=gettext_lazy("Created"))
    document = DocumentFilter("debtor_document", label=gettext_lazy("CPF/CNPJ"))
    reference = PrefixFilter("user_reference", label=gettext_lazy("User reference"))
    status = StatusFilter(
        "status",
        label=pgettext_lazy("heading", "Status"),
        choices=SHOWN,
        every=gettext_lazy("Every status"),
        look=lambda value: charge_look(ChargeStatus(value)),
    )
    links = LinksFilter("origin", label=gettext_lazy("Charges of payment links"))

    bar = ("period", "document", "reference", ("status", "links"))

    class Meta:
        model = Charge
        fields: list[str] = []
