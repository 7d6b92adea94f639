"""Front-end files that are fetched at set-up instead of committed: each one served is named here, and no other."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, Storage

NODE_MODULES: Path = settings.BASE_DIR / "node_modules"
BUILT: Path = settings.DATA_DIR / "assets"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"  # for the accessibility tests, never served


def font(family: str, weight: int) -> tuple[str, Path]:
    name = f"{family}-latin-{weight}-normal.woff2"
    return f"vendor/fonts/{name}", NODE_MODULES / "@fontsource" / family / "files" / name


def payment_mark(brand: str) -> tuple[str, Path]:
    name = f"{brand}.svg"
    return f"vendor/payments/{name}", NODE_MODULES / "@tabler" / "core" / "dist" / "img" / "payments" / name


FILES: dict[str, Path] = {
    "vendor/tabler.css": BUILT / "tabler.css",
    "vendor/icons.svg": BUILT / "icons.svg",
    **dict(font("ibm-plex-sans", weight) for weight in (400, 500, 600)),
    **dict(font("ibm-plex-mono", weight) for weight in (400, 500)),
    **dict(map(payment_mark, "visa mastercard americanexpress elo dinersclub discover jcb".split())),
}


class FetchedFiles(FileSystemStorage):
    """The named files, wherever each of them lies."""

    def path(self, name: str) -> str:
        try:
            return str(FILES[name])
        except KeyError:
            raise SuspiciousFileOperation(f"{name} is not served") from None


class FetchedAssetsFinder(BaseFinder):
    """Finds the named files for `collectstatic` and for the pages of the tests."""

    storage = FetchedFiles()

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        found = [str(FILES[path])] if path in FILES and FILES[path].exists() else []
        return found if find_all else next(iter(found), None)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name, file in FILES.items():
            if file.exists() and not matches_patterns(name, list(ignore_patterns or [])):
                yield name, self.storage
