"""The period of a list: a preset that moves with the clock, or two days, in the zone of the client."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from django import forms
from django.db.models import TextChoices
from django.utils import formats
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from core import clock
from core.api.lists import LARGEST_PERIOD, Period


class Preset(TextChoices):
    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    LAST_7_DAYS = "7d", _("Last 7 days")
    LAST_30_DAYS = "30d", _("Last 30 days")
    THIS_MONTH = "month", _("This month")
    LAST_MONTH = "last-month", _("Last month")


DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
DEFAULT = Preset.LAST_7_DAYS


def days_text(first: date, last: date) -> str:
    texts = (formats.date_format(day, "SHORT_DATE_FORMAT") for day in (first, last))
    return " – ".join(dict.fromkeys(texts))


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included. `preset` is what was asked for, if it was one."""

    first: date
    last: date
    preset: Preset | None = None

    def moments(self, zone: ZoneInfo) -> Period:
        return Period(clock.day_start(self.first, zone), clock.day_end(self.last, zone))

    @property
    def text(self) -> str:
        """`14/11/2026 – 20/11/2026`, or the one day it is."""
        return days_text(self.first, self.last)


def asked_days(value: "list[Any] | None") -> str:
    """What was typed of a period that cannot be: its days, as far as they are days."""
    typed = [_day(text) for text in (value or [])[1:]]
    days = [day for day in typed if day]
    return days_text(days[0], days[-1]) if days else "–"


def _day(text: Any) -> date | None:
    try:
        day = forms.DateField(input_formats=DAY_FORMATS, required=False).clean(text)
    except forms.ValidationError:
        return None
    return day if isinstance(day, date) else None


def days_of(preset: Preset, today: date) -> Days:
    month = today.replace(day=1)
    end_of_last_month = month - timedelta(days=1)
    first, last = {
        Preset.TODAY: (today, today),
        Preset.YESTERDAY: (today - timedelta(days=1), today - timedelta(days=1)),
        Preset.LAST_7_DAYS: (today - timedelta(days=6), today),
        Preset.LAST_30_DAYS: (today - timedelta(days=29), today),
        Preset.THIS_MONTH: (month, today),
        Preset.LAST_MONTH: (end_of_last_month.replace(day=1), end_of_last_month),
    }[preset]
    return Days(first, last, preset)


class PeriodWidget(forms.MultiWidget):
    """The preset travels in a hidden field, since presets are links; two typed days win over it."""

    template_name = "core/lists/_period.html"

    def __init__(self) -> None:
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {"": forms.HiddenInput(), "from": day, "to": day}
        super().__init__(widgets)

    def decompress(self, value: Days | None) -> list[Any]:
        if value is None:
            return [None, None, None]
        return [value.preset, None, None] if value.preset else [None, value.first, value.last]


class PeriodField(forms.MultiValueField):
    """`period`, `period_from` and `period_to` in the address; nothing given is the default preset."""

    default_error_messages = {
        "day": _("Type the first day and the last, such as 20/11/2026."),
        "preset": _("Choose one of the periods offered."),
        "order": _("The last day lies before the first one."),
        "length": _("A period has at most 366 days. Choose a shorter one."),
    }
    widget = PeriodWidget

    def __init__(self, *, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        days = [forms.DateField(input_formats=DAY_FORMATS, required=False) for _end in ("first", "last")]
        fields = (forms.ChoiceField(choices=Preset.choices, required=False), *days)
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> Days:
        preset, first, last = (text or "" for text in value or ("", "", ""))
        if first or last:
            return self.between(self.day(first, 1), self.day(last, 2) if last else clock.today(self.zone))
        if preset and preset not in Preset:
            raise self.error("preset")
        return days_of(Preset(preset or DEFAULT), clock.today(self.zone))

    def day(self, text: Any, position: int) -> date:
        try:
            day = self.fields[position].clean(text)
        except forms.ValidationError as error:
            raise self.error("day") from error
        if not isinstance(day, date):
            raise self.error("day")
        return day

    def between(self, first: date, last: date) -> Days:
        if first.year < 1900 or last.year > 9000:  # zones run out of years
            raise self.error("day")
        if last < first:
            raise self.error("order")
        if last - first > LARGEST_PERIOD:
            raise self.error("length")
        return Days(first, last)

    def error(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)


def zone_text(zone: ZoneInfo) -> str:
    """`Horário de Brasília (UTC−03:00)`, in which every moment on a page is said."""
    name = get_timezone_name(zone, locale=to_locale(get_language() or "pt-br"))
    offset = clock.now().astimezone(zone).strftime("%z").replace("-", "\N{MINUS SIGN}")
    return f"{name} (UTC{offset[:3]}:{offset[3:]})"
