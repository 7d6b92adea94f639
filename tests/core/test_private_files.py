"""Files with secrets: for their owner alone, whole at every moment, and the first secret stays."""

import os
import stat
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from astrapay_portal.environment import Environment
from core import private_files
from tests.racing import at_once


def test_all_who_make_a_secret_at_once_get_the_same(tmp_path: Path) -> None:
    numbers = count()
    for turn in range(20):
        path = tmp_path / str(turn)

        def kept(_place: int, path: Path = path) -> str:
            return private_files.keep(path, lambda: f"secret {next(numbers)}")

        assert set(at_once(8, kept)) == {path.read_text()}


def test_who_comes_second_keeps_what_was_there_first(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    def overtaken() -> str:
        private_files.replace(path, "the first")
        return "the second"

    assert private_files.keep(path, overtaken) == "the first"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def secret_of(environments: list[Environment], place: int) -> str:
    return environments[place].secret("secret_key")


def test_a_secret_of_the_settings_is_never_read_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    for turn in range(20):
        environments = [Environment(data_dir=tmp_path / str(turn)) for _place in range(8)]
        secrets = at_once(8, partial(secret_of, environments))
        assert len(set(secrets)) == 1
        assert len(secrets[0]) == 64


def test_only_the_owner_may_read_what_is_kept_or_replaced(tmp_path: Path) -> None:
    private_files.keep(tmp_path / "new" / "kept", lambda: "secret")
    (tmp_path / "open").touch(mode=0o644)
    private_files.replace(tmp_path / "open", "secret")
    written = (tmp_path / "new" / "kept", tmp_path / "open")
    assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o600, 0o600]


def test_a_file_that_cannot_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_files.replace(tmp_path / "facts", "before")

    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        private_files.replace(tmp_path / "facts", "after")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]
