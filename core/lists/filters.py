"""Filters of a list. Each applied one can be told in words, removed by itself, and named in a file's name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import documents
from core.actor import Actor
from core.lists.amounts import Amounts, AmountsField
from core.lists.periods import Days, PeriodField, Preset, asked_days
from core.looks import Look


@dataclass(frozen=True, slots=True)
class Chip:
    """An applied filter in words. `query` is the list without it; None where a list cannot be without."""

    label: str
    text: str
    query: str | None


def canonical(query: QueryDict, *, without: tuple[str, ...] = ()) -> str:
    """The query string without empty parameters and without the named ones: the address of a state of the list."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        given = [str(value) for value in values if str(value).strip()]
        if given and name not in without:
            kept.setlist(name, given)
    return kept.urlencode()


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick. `look` is how the page shows a status: a tone and a shape."""

    name: str
    value: str
    label: str
    chosen: bool
    look: Look | None = None
    is_switch: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """A filter in the bar above a list. `groups` are boxes to tick, in a panel that a button opens."""

    kind: str
    field: forms.BoundField
    hint: "str | Promise" = ""
    every: "str | Promise" = ""
    groups: tuple[list[Choice], ...] = ()

    @property
    def choices(self) -> list[Choice]:
        """Those that one chooses from, without the switches below them."""
        return [choice for group in self.groups for choice in group if not choice.is_switch]

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.chosen]


class WordedFilter(django_filters.Filter):
    """A filter that tells its value. What a person typed never enters the name of a file: it may be a document.

    `kind` is how the bar above the list shows it, `hint` stands in its empty control, `every` in one of boxes to tick.
    """

    removable = True
    kind = "text"
    hint: "str | Promise" = ""
    every: "str | Promise" = ""

    def bind(self, actor: Actor) -> None:
        """Tells the filter who is asking, before its field is made."""

    def choices_of(self, field: forms.BoundField) -> list[Choice]:
        return []

    def words(self, value: Any) -> str:
        return str(value)

    def file_word(self, value: Any) -> str:
        return f"{slugify(str(self.label))}-{_('filtered')}"


class PeriodFilter(WordedFilter):
    """Days of the moment `field_name`, in the zone of the actor's client. Always applied: a list has a period."""

    field_class = PeriodField
    removable = False
    kind = "period"

    def bind(self, actor: Actor) -> None:
        self.extra["zone"] = actor.zone

    def filter(self, qs: QuerySet[Any], value: Days) -> QuerySet[Any]:
        return qs.filter(value.moments(self.extra["zone"]).on(str(self.field_name)))

    def words(self, value: Days) -> str:
        return str(value.preset.label) if value.preset else value.text

    def file_word(self, value: Days) -> str:
        return f"{value.first}_{value.last}"


class DocumentInput(forms.CharField):
    """A CPF or a CNPJ, with or without its mask."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text and not (documents.is_cpf(text) or documents.is_cnpj(text)):
            raise forms.ValidationError(_("This is not a CPF or a CNPJ. Check its digits."))
        return documents.bare(text)


class DocumentFilter(WordedFilter):
    field_class = DocumentInput
    hint = gettext_lazy("With or without its mask")

    def words(self, value: str) -> str:
        return documents.formatted(value)

    def file_word(self, value: str) -> str:
        return "doc-filtered"


class PrefixFilter(WordedFilter):
    """Texts that begin with what was typed: the kind of search in texts that an index serves."""

    field_class = forms.CharField
    hint = gettext_lazy("Begins with…")

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, "startswith", **kwargs)


class AmountsFilter(WordedFilter):
    """From one amount to another, both included, of the column that was chosen. `columns` are names and their words;
    a name is the field's own."""

    field_class = AmountsField
    kind = "amounts"

    def __init__(self, columns: "list[tuple[str, str | Promise]]", **kwargs: Any) -> None:
        super().__init__(columns[0][0], columns=columns, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Amounts | None) -> QuerySet[Any]:
        return qs.filter(value.condition) if value else qs

    def words(self, value: Amounts) -> str:
        return value.text

    def file_word(self, value: Amounts) -> str:
        return f"{value.column}-{value.smallest or ''}-{value.largest or ''}"


class ChoicesFilter(WordedFilter):
    """Several values of one choice, any of which may match. `every` says that none is chosen, `look` shows a value as
    the rows do."""

    field_class = forms.MultipleChoiceField
    kind = "choices"

    def __init__(
        self,
        field_name: str,
        *,
        every: "str | Promise" = "",
        look: Callable[[str], Look] | None = None,
        **kwargs: Any,
    ) -> None:
        self.every, self.look = every, look
        super().__init__(field_name, "in", widget=forms.CheckboxSelectMultiple, **kwargs)

    def choices_of(self, field: forms.BoundField) -> list[Choice]:
        chosen = field.value() or []
        return [
            Choice(field.name, str(value), str(label), value in chosen, self.look(value) if self.look else None)
            for value, label in self.extra["choices"]
        ]

    def words(self, value: list[str]) -> str:
        labels = dict(self.extra["choices"])
        return ", ".join(str(labels[each]) for each in value)

    def file_word(self, value: list[str]) -> str:
        return "-".join(slugify(self.words([each])) for each in value)


class SwitchFilter(WordedFilter):
    """One box to tick."""

    field_class = forms.BooleanField
    kind = "choices"

    def choices_of(self, field: forms.BoundField) -> list[Choice]:
        return [Choice(field.name, "on", str(field.label), bool(field.value()), is_switch=True)]


class ListFilters(django_filters.FilterSet):
    """The filters of one list for one actor. Invalid input lists nothing and says why.

    `bar` is how they stand above the list; names in a tuple share one panel.
    """

    bar: ClassVar[tuple[str | tuple[str, ...], ...]] = ()

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], *, actor: Actor) -> None:
        super().__init__(data, queryset)
        self.query = data
        self.every_row = queryset
        for each in self.worded().values():
            each.bind(actor)

    def worded(self) -> dict[str, WordedFilter]:
        return {name: each for name, each in self.filters.items() if isinstance(each, WordedFilter)}

    def controls(self) -> list[Control]:
        return [self.control((names,) if isinstance(names, str) else names) for names in self.bar]

    def control(self, names: tuple[str, ...]) -> Control:
        first = self.worded()[names[0]]
        groups = tuple(self.worded()[name].choices_of(self.form[name]) for name in names)
        return Control(first.kind, self.form[names[0]], first.hint, first.every, groups)

    def rows(self) -> QuerySet[Any]:
        return self.qs if self.is_valid() else self.every_row.none()

    def applied(self) -> Iterator[tuple[str, WordedFilter, Any]]:
        """The filters that narrow the list now, each with its value."""
        for name, each in self.worded().items():
            value = self.form.cleaned_data.get(name) if self.is_valid() else None
            if value:
                yield name, each, value

    def chips(self) -> list[Chip]:
        return [
            Chip(str(each.label), each.words(value), self.without(name) if each.removable else None)
            for name, each, value in self.applied()
        ]

    def without(self, *names: str) -> str:
        """The address of the list without these filters, from its first page on."""
        parameters = [parameter for name in names for parameter in self.parameters(name)]
        return canonical(self.query, without=("page", "part", *parameters))

    def parameters(self, name: str) -> list[str]:
        suffixes: list[str] = getattr(self.form.fields[name].widget, "widgets_names", [""])
        return [f"{name}{suffix}" for suffix in suffixes]

    @property
    def narrowing(self) -> int:
        """How many filters narrow the list beyond its period."""
        return sum(each.removable for _name, each, _value in self.applied())

    @property
    def days(self) -> Days | None:
        """Those of the period, also while another filter is wrong."""
        self.is_valid()
        return next((value for value in self.form.cleaned_data.values() if isinstance(value, Days)), None)

    @property
    def period_text(self) -> str:
        """The days listed, or those that were asked for and cannot be."""
        if self.days:
            return self.days.text
        return next((asked_days(self.form[name].value()) for name in self.period_names), "")

    @property
    def period_names(self) -> list[str]:
        return [name for name, each in self.worded().items() if isinstance(each, PeriodFilter)]

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """The periods on offer: label, address, and whether it is the one listed."""
        chosen = self.days.preset if self.days else None
        return [
            (str(preset.label), f"{self.without(name)}&{name}={preset.value}".lstrip("&"), preset == chosen)
            for name in self.period_names
            for preset in Preset
        ]

    def cleared(self) -> str:
        """The address of the list with nothing but what it cannot be without."""
        return self.without(*(name for name, each in self.worded().items() if each.removable))

    def file_words(self) -> list[str]:
        return [each.file_word(value) for _name, each, value in self.applied()]
