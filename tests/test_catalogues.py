"""Both catalogues are complete, and the extraction reads every way in which our templates say a string."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import Settings

from core import catalogues

TEMPLATE = b"""
<c-card heading="{% trans "Double inside double" %}" sub='{% trans 'Single inside single' %}'>
      {% blocktrans count total=n %}{{ total }} row{% plural %}{{ total }} rows{% endblocktrans %}
  {{ _("Called") }} {% trans "May" context "month" %}
</c-card>
"""


def test_nothing_is_missing_empty_fuzzy_or_obsolete() -> None:
    assert catalogues.faults() == []


def test_the_extraction_reads_components_with_nested_quotes() -> None:
    found = {
        messages
        for _line, _function, messages, _comments in catalogues.extract_template(
            BytesIO(TEMPLATE), catalogues.KEYWORDS, (), {}
        )
    }
    assert {"Double inside double", "Single inside single", "Called", ("month", "May")} <= found
    assert any("%(total)s rows" in str(messages) for messages in found)


def test_no_template_hides_a_string_in_a_dynamic_attribute() -> None:
    """`:label="_('Text')"` works and is not extracted."""
    hidden = [str(path) for path in Path("templates").rglob("*.html") if re.search(r':[\w-]+="_\(', path.read_text())]
    assert hidden == []


def test_english_says_what_the_source_says() -> None:
    english = catalogues.messages_of(catalogues.read("en"))
    assert [message.id for message in english if message.string != message.id] == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_what_is_gone_is_dropped_and_what_is_new_is_reported(locale: str, settings: Settings, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    assert catalogues.faults()
    catalogues.update(locale, catalogues.source())
    assert not [fault for fault in catalogues.faults() if f"{locale} lacks" in fault]
    assert catalogues.po_path(locale).exists()
