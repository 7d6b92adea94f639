"""`manage.py down --erase` deletes what `manage.py up` keeps, and no other folder that DATA_DIR may name."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from astrapay_portal.embedded.portal import lock_of
from astrapay_portal.embedded.supervisor import only_one


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Path:
    """What DATA_DIR names, with a file of somebody."""
    folder = tmp_path / "somewhere"
    folder.mkdir()
    (folder / "letters.txt").write_text("years of work")
    settings.DATA_DIR = folder  # type: ignore[attr-defined]
    return folder


def test_a_folder_in_which_no_portal_ran_is_not_erased(folder: Path) -> None:
    with pytest.raises(CommandError, match=f"{folder} is not deleted: no portal ever ran there"):
        call_command("down", "--erase")
    assert (folder / "letters.txt").read_text() == "years of work"


def test_the_folder_of_a_portal_is_erased_after_it_has_stopped(folder: Path) -> None:
    with only_one(lock_of(folder), {"url": "http://localhost"}):
        pass
    call_command("down", "--erase")
    assert not folder.exists()


def test_without_erase_nothing_is_deleted_anywhere(folder: Path) -> None:
    call_command("down")
    assert (folder / "letters.txt").exists()
