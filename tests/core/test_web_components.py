"""Components, fields and the served style sheet keep what the pages count on."""

from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from core.templatetags import portal
from core.web.assets import PortalStaticFiles
from core.web.errors import error_page


class Example(forms.Form):
    amount = forms.DecimalField(label="Amount", help_text="In reais.")
    agreed = forms.BooleanField(label="Agreed", required=False)


def rendered(template: str, **context: object) -> str:
    """Compiled as a file would be, components included."""
    from django_cotton.cotton_loader import CottonCompiler

    return str(engines["django"].from_string(CottonCompiler().process(template)).render(context))


def test_a_field_says_its_error_and_help_to_a_screen_reader() -> None:
    html = Example({"amount": "ten"})["amount"].as_field_group()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'id="id_amount_error"' in html
    assert 'id="id_amount_helptext"' in html
    assert 'class="form-control"' in html


def test_a_checkbox_stands_inside_its_label() -> None:
    html = Example()["agreed"].as_field_group()
    assert '<label class="chk"><input type="checkbox"' in html
    assert 'class="form-check-input"' in html


def test_a_field_escapes_what_was_typed() -> None:
    html = Example({"amount": '"><script>'})["amount"].as_field_group()
    assert "<script>" not in html


def test_a_component_escapes_its_values_once() -> None:
    html = rendered('<c-badge tone="green" shape="ok">{{ text }}</c-badge>', text="<b>A & B</b>")
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in html
    assert "st st-green" in html


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("pt-br", '<span class="cur">R$</span>\N{NO-BREAK SPACE}1.234,56'),
        ("en", '<span class="cur">R$</span>1,234.56'),
    ],
)
def test_money_is_written_in_the_readers_language(language: str, shown: str) -> None:
    with translation.override(language):
        assert portal.money_markup(Decimal("1234.56")) == f'<data class="money" value="1234.56">{shown}</data>'
        assert "\N{MINUS SIGN}<span" in portal.money_markup(Decimal("-1.00"))


def test_an_error_page_needs_no_person_and_no_database() -> None:
    page = error_page(RequestFactory().get("/"), status=500, title="Failed", advice="Try again")
    assert (page.status_code, b"Try again" in page.content) == (500, True)


def test_the_style_of_the_portal_is_one_file(tmp_path: Path) -> None:
    source = StaticFilesStorage(location=tmp_path / "source", base_url="/static/")
    source.save("css/portal.css", ContentFile(b'@import url("one.css");\n@import url("two.css");\n'))
    source.save("css/one.css", ContentFile(b".one{}\n"))
    source.save("css/two.css", ContentFile(b".two{}\n"))
    served = PortalStaticFiles(location=tmp_path / "served", base_url="/static/")
    paths = {f"css/{name}.css": (source, f"css/{name}.css") for name in ("portal", "one", "two")}
    served.write_bundle(paths)
    assert (tmp_path / "served/css/portal.css").read_bytes() == b".one{}\n.two{}\n"


def test_every_imported_style_sheet_exists_and_none_is_forgotten() -> None:
    folder = Path("static/css")
    imported = {line.split('"')[1] for line in (folder / "portal.css").read_text().splitlines() if "@import" in line}
    apart = {"portal.css", "login.css", "reference.css", "guide.css"}
    assert imported == {path.name for path in folder.glob("*.css")} - apart
