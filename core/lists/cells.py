"""Cells of a list as markup. A function costs a tenth of a template for each cell (docs/architecture.md, 5)."""

from datetime import datetime
from decimal import Decimal

from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import money

NOTHING = "–"
HEAD, TAIL = 9, 6


def icon(name: str, css: str = "i i-s") -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("icons.svg"),
        name,
    )


def money_cell(amount: Decimal) -> SafeString:
    """The currency quieter than the number, the value for machines beside it."""
    text = money.formatted(amount)
    mark, symbol, number = text.partition("R$")
    return format_html(
        '<data class="money" value="{}">{}<span class="cur">{}</span>{}</data>', amount, mark, symbol, number
    )


def moment_cell(moment: datetime | None) -> SafeString | str:
    """Day and minute in the zone of the page, the hour quieter."""
    if moment is None:
        return NOTHING
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{} <span class="dim3 hh">{}</span></time>',
        local.isoformat(timespec="minutes"),
        formats.date_format(local, "SHORT_DATE_FORMAT"),
        local.strftime("%H:%M"),
    )


def id_cell(text: str, label: str) -> SafeString | str:
    """An id with its middle left out, and a button that copies the whole."""
    if not text:
        return NOTHING
    short = text if len(text) <= HEAD + TAIL + 1 else f"{text[:HEAD]}…{text[-TAIL:]}"
    return format_html(
        '<code class="code" title="{0}">{1}</code>'
        '<button type="button" class="copy" data-copy="{0}" aria-label="{2}">{3}</button>',
        text,
        short,
        _("Copy %(what)s") % {"what": label},
        icon("copy"),
    )


def two_lines(main: str, address: str, below: str, anchor: str) -> SafeString:
    """What the row is about, as the link to its page, and a quieter line. The anchor keeps the focus on refreshes."""
    return format_html('<a class="main" href="{}" id="{}">{}</a><span>{}</span>', address, anchor, main, below)


def status_cell(label: str, colour: str, shape: str) -> SafeString:
    """Colour, shape and word say the same."""
    return format_html(
        '<span class="st st-{}"><svg viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>{}</span>',
        colour,
        static("glyphs.svg"),
        shape,
        label,
    )
