"""Files that only their owner may read. They appear whole: nobody ever reads half of one, or an empty one.

The settings read secrets through this before Django is there, so it imports nothing of it.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Owner = tuple[int, int]  # user and group


def replace(path: Path, text: str, *, owner: Owner | None = None) -> None:
    """Writes the file, or another one in its place, in one step."""
    with _draft(path, text, owner) as draft:
        draft.replace(path)


def keep(path: Path, make: Callable[[], str], *, owner: Owner | None = None) -> str:
    """What the file says, made the first time. Whoever links first wins, and everyone reads the winner's."""
    if not path.exists():
        with _draft(path, make(), owner) as draft, suppress(FileExistsError):
            os.link(draft, path)
    return path.read_text()


@contextmanager
def _draft(path: Path, text: str, owner: Owner | None) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
            if owner is not None:
                os.fchown(descriptor, *owner)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
