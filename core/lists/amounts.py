"""Amounts from one to another, of one of several columns: what was ordered, authorized, captured."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.web.fields import AmountField


@dataclass(frozen=True, slots=True)
class Amounts:
    """`column` is the field's name, `label` its word. At least one end is given, in reais; both ends are included."""

    column: str
    label: str
    smallest: Decimal | None
    largest: Decimal | None

    @property
    def condition(self) -> Q:
        ends = {f"{self.column}__gte": self.smallest, f"{self.column}__lte": self.largest}
        return Q(**{name: amount for name, amount in ends.items() if amount is not None})

    @property
    def text(self) -> str:
        smallest, largest = (money.formatted(each) if each else "" for each in (self.smallest, self.largest))
        ends = {"label": self.label, "smallest": smallest, "largest": largest}
        if not largest:
            return _("%(label)s from %(smallest)s") % ends
        if not smallest:
            return _("%(label)s up to %(largest)s") % ends
        return _("%(label)s from %(smallest)s to %(largest)s") % ends


class AmountsWidget(forms.MultiWidget):
    """`amount`, `amount_min` and `amount_max` in the address."""

    template_name = "core/lists/_amounts.html"

    def __init__(self, columns: "list[tuple[str, str | Promise]]") -> None:
        choice = forms.Select(choices=columns, attrs={"class": "form-select"})
        end = forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal", "autocomplete": "off"})
        super().__init__({"": choice, "min": end, "max": end})

    def decompress(self, value: Any) -> list[Any]:
        return [None, None, None]


class AmountsField(forms.MultiValueField):
    """Nothing typed filters nothing, whatever column is chosen."""

    default_error_messages = {"order": gettext_lazy("The smallest amount is above the largest one.")}

    def __init__(self, *, columns: "list[tuple[str, str | Promise]]", **kwargs: Any) -> None:
        ends = [AmountField(required=False) for _end in ("min", "max")]
        fields = (forms.ChoiceField(choices=columns, required=False), *ends)
        self.columns = columns
        super().__init__(fields, require_all_fields=False, widget=AmountsWidget(columns), **kwargs)

    def compress(self, data_list: list[Any]) -> Amounts | None:
        column, smallest, largest = data_list or ["", None, None]
        if smallest is None and largest is None:
            return None
        if smallest is not None and largest is not None and smallest > largest:
            raise forms.ValidationError(self.error_messages["order"], code="order")
        column = column or self.columns[0][0]
        return Amounts(column, str(dict(self.columns)[column]), smallest, largest)
