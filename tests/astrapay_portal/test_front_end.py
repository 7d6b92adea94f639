"""The fetched front end: only what is named is served, only what changed is built."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation

from astrapay_portal.embedded import front_end
from astrapay_portal.embedded.assets import BUILT, FILES, FetchedAssetsFinder, FetchedFiles
from astrapay_portal.environment import PROJECT


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    front_end.build(lambda _line: None)


def test_every_named_file_is_found_and_no_other() -> None:
    assert all(finders.find(name) for name in FILES)
    for name in ("vendor/package.json", "vendor/../package.json", "purgecss/package.json"):
        assert FetchedAssetsFinder().find(name) is None
        with pytest.raises(SuspiciousFileOperation):
            FetchedFiles().path(name)


def test_what_is_collected_is_what_is_named() -> None:
    assert {name for name, _storage in FetchedAssetsFinder().list(None)} == set(FILES)
    assert "vendor/icons.svg" not in {name for name, _storage in FetchedAssetsFinder().list(["*.svg"])}


def test_the_stylesheet_is_small_and_points_at_no_source_map() -> None:
    css = (BUILT / "tabler.css").read_text()
    assert "sourceMappingURL" not in css
    assert ".dropdown-menu" in css or ".table" in css
    assert len(gzip.compress(css.encode())) < 25_000


def test_the_sprite_holds_each_named_icon_once() -> None:
    named = front_end.ICON_NAMES.read_text().split()
    assert re.findall(r'<symbol id="([\w-]+)"', (BUILT / "icons.svg").read_text()) == named
    assert len(set(named)) == len(named)


def test_a_result_is_built_again_only_when_its_sources_changed(tmp_path: Path) -> None:
    source, result, builds = tmp_path / "source", tmp_path / "result", []

    def build() -> None:
        builds.append(source.read_text())
        result.write_text("built")

    for text in ("one", "one", "two"):
        source.write_text(text)
        front_end.when_changed(result, [source], build, lambda _line: None)
    assert builds == ["one", "two"]


def test_an_interrupted_build_is_made_again(tmp_path: Path) -> None:
    result = tmp_path / "result"

    def interrupted() -> None:
        result.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        front_end.when_changed(result, [], interrupted, lambda _line: None)
    front_end.when_changed(result, [], lambda: str(result.write_text("whole")), lambda _line: None)
    assert result.read_text() == "whole"


@pytest.mark.parametrize("lock", sorted((PROJECT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_a_lock_file_pins_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"(https?|file)://|--(extra-)?index-url|--find-links", text)


def test_the_lock_file_of_the_front_end_names_no_registry() -> None:
    text = (PROJECT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count("://") == len(re.findall(r'"url": "https://', text))  # funding pages
