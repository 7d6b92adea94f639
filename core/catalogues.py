"""The two catalogues: what the source says, what they hold, and how they are compiled.

English is the source and its catalogue says the same; Portuguese is translated by people.
"""

from collections.abc import Collection, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LOCALES = ("pt_BR", "en")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SKIPPED = ("tests", "node_modules", "benchmarks", "migrations", "vectors", "docs")


def extract_template(
    file: BinaryIO, keywords: dict[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """Django's own reading of a template, handed on as if it were Python, where the margin would mean something."""
    lines = templatize(file.read().decode()).splitlines()
    code = "\n".join(line.lstrip() for line in lines)
    return extract_python(BytesIO(code.encode()), keywords, comment_tags, options)


METHODS: list[tuple[str, Any]] = [
    ("**.py", "python"),
    ("**/templates/**.*", extract_template),
    ("templates/**.*", extract_template),
]


def source() -> Catalog:
    """Every string of the product."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(
        str(settings.BASE_DIR), METHODS, keywords=KEYWORDS, directory_filter=is_ours, strip_comment_tags=True
    )
    for name, _line, text, _comments, context in found:
        catalog.add(text, None, [(name, 0)], context=context)
    return catalog


def is_ours(directory: str) -> bool:
    name = Path(directory).name
    return not name.startswith(".") and name not in SKIPPED


def po_path(locale: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.po"


def read(locale: str) -> Catalog:
    path = po_path(locale)
    catalog = Catalog(locale=locale)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
    catalog.project, catalog.version, catalog.header_comment = "AstraPay", "1", f"# AstraPay in {locale}."
    catalog.language_team = catalog.last_translator = catalog.msgid_bugs_address = "AstraPay"
    catalog.fuzzy = False
    return catalog


def update(locale: str, wanted: Catalog) -> None:
    """Adds what is new, drops what is gone, and keeps every translation."""
    catalog = read(locale)
    wanted.creation_date = catalog.creation_date
    catalog.update(wanted, no_fuzzy_matching=True)
    if locale == "en":
        for message in messages_of(catalog):
            message.string = message.id
    path = po_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)


def compile_stale() -> list[str]:
    """Writes the .mo of each catalogue that is newer than it, and names them."""
    stale = []
    for locale in LOCALES:
        po = po_path(locale)
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            with mo.open("wb") as file:
                write_mo(file, read(locale))
            stale.append(locale)
    return stale


def faults() -> list[str]:
    """What keeps a catalogue from being complete, one sentence each."""
    wanted = {key_of(message) for message in messages_of(source())}
    found = []
    for locale in LOCALES:
        catalog = read(locale)
        held = {key_of(message): message for message in messages_of(catalog)}
        found += [f"{locale} lacks {key}" for key in sorted(wanted - held.keys())]
        found += [f"{locale} holds {key}, which nothing says" for key in sorted(held.keys() - wanted)]
        found += [f"{locale} keeps the obsolete {key}" for key in catalog.obsolete]
        for key, message in held.items():
            if message.fuzzy or not all(texts_of(message)):
                found.append(f"{locale} leaves {key} {'fuzzy' if message.fuzzy else 'empty'}")
            found += [f"{locale} breaks {key}: {error}" for error in message.check(catalog)]
    return found


def messages_of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def key_of(message: Message) -> tuple[str, str]:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> Iterable[str]:
    return (message.string,) if isinstance(message.string, str) else message.string or ("",)
