"""What the staff read above a column is in their language."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib import admin
from django.utils import translation

from core import vocabulary

OURS = {app.label for app in apps.get_app_configs() if not app.name.startswith(("django", "allauth", "oauth2"))}
KNOWN = vocabulary.WORDS | set(map(str, vocabulary.OTHERWISE.values()))


def names() -> Iterator[str]:
    """Those that no model gives itself, of what the staff's pages show."""
    for model in admin.site._registry:
        if model._meta.app_label in OURS:
            fields = model._meta.concrete_fields
            yield from (str(field.verbose_name) for field in fields if vocabulary.has_default_name(field))
            if "verbose_name" not in model._meta.original_attrs:
                yield from (str(model._meta.verbose_name), str(model._meta.verbose_name_plural))


def test_every_column_and_table_that_the_staff_see_has_a_name() -> None:
    with translation.override("en"):
        assert set(names()) <= KNOWN


def test_the_names_follow_the_language_of_the_reader() -> None:
    charge = apps.get_model("charges", "Charge")._meta
    with translation.override("pt-br"):
        assert (charge.get_field("debtor_name").verbose_name, charge.verbose_name) == ("nome do devedor", "cobrança")
