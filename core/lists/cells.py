"""Cells of a list as markup, made by functions: a template for each cell costs ten times as much."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.portal import copy, middle_cut

NOTHING = "–"


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


def id_cell(text: str, what: str) -> SafeString | str:
    """An id with its middle left out, and a button that copies the whole."""
    if not text:
        return NOTHING
    return format_html('<code class="code" title="{}">{}</code>{}', text, middle_cut(text, 7), copy(text, what))


def linked_cell(main: str, below: str, *, address: str, anchor: str) -> SafeString:
    """What the row is about, as the link to its page, and a quieter line. The anchor keeps the focus on refreshes."""
    return format_html('<a class="main" href="{}" id="{}">{}</a><span>{}</span>', address, anchor, main, below)
