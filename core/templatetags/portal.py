"""Tags and filters of every template. In the rows of a table use these instead of components: they cost a tenth."""

from datetime import datetime
from decimal import Decimal
from functools import cache

from babel.numbers import format_percent
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from core import documents, money

register = template.Library()


@register.filter
def money_text(amount: Decimal) -> str:
    """`R$ 1.234,56` in the reader's language."""
    return money.formatted(amount)


@register.simple_tag(name="money")
def money_markup(amount: Decimal) -> SafeString:
    """The amount for machines and people, its sign of currency quieter than the number."""
    text = money.formatted(amount)
    before, _currency, number = text.partition("R$")
    space = "\N{NO-BREAK SPACE}" if number.startswith("\N{NO-BREAK SPACE}") else ""
    return format_html(
        '<data class="money" value="{}">{}<span class="cur">R$</span>{}{}</data>',
        amount,
        before,
        space,
        number.removeprefix(space),
    )


@register.filter
def document_text(document: str) -> str:
    return documents.formatted(document)


@register.filter
def masked_document(document: str) -> str:
    return documents.masked(document)


@register.filter
def percent(share: float) -> str:
    """`94,0%` of 0.94, in the reader's language."""
    return format_percent(share, "0.0%", locale=to_locale(get_language() or "en"))


@register.filter
def iso(moment: datetime) -> str:
    return moment.isoformat()


@register.filter
def middle_cut(text: str, keep: int = 6) -> str:
    """`astra2…kth3ga`: both ends of a long id; the whole of it belongs in a copy button and on the detail page."""
    return text if len(text) <= 2 * keep + 3 else f"{text[:keep]}…{text[-keep:]}"


@register.simple_tag
@cache  # a page draws the same few again and again
def icon(name: str, size: str = "") -> SafeString:
    """An icon of static/icons.txt; sizes are `s` and `l`. It says nothing to a screen reader: words do."""
    return format_html(
        '<svg class="i{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" i-{size}" if size else "",
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
@cache
def glyph(name: str) -> SafeString:
    """A shape of a status: ok, x, bang, back, ring, dash, half, clock, eye, dot, todo."""
    return format_html(
        '<svg viewBox="0 0 12 12" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/glyphs.svg"),
        name,
    )


@register.simple_tag
def status(label: str, tone: str, shape: str) -> SafeString:
    """A badge in the row of a table. Tones: gray, green, blue, yellow, orange, plum, red."""
    return format_html('<span class="st st-{}">{}{}</span>', tone, glyph(shape), label)


@register.simple_tag
def copy(text: str, what: str) -> SafeString:
    """A button that copies `text`; `what` names it: "Copy Tx ID"."""
    return format_html(
        '<button type="button" class="copy" data-copy="{}" aria-label="{}">{}</button>',
        text,
        _("Copy %(what)s") % {"what": what},
        icon("copy", "s"),
    )
