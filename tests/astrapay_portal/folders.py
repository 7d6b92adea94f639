"""Data folders for servers that tests start themselves."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from astrapay_portal.embedded import places
from astrapay_portal.environment import PROJECT


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the servers' user can reach; pytest's own are closed."""
    parent = PROJECT / ".data" / "test"
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        shutil.rmtree(places.servers_folder(folder), ignore_errors=True)
        folder.mkdir(exist_ok=True)
