"""`make bench`: fills throw-away databases, measures, and prints each budget with what was measured.

Ratios are taken in one run on one machine. `--large N` changes the size of the large database (a million charges).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from astrapay_portal.embedded import places
from astrapay_portal.embedded.postgres import Postgres
from astrapay_portal.embedded.services import start_one
from astrapay_portal.embedded.valkey import Valkey
from astrapay_portal.environment import PROJECT
from benchmarks.running import measure

SMALL = 10_000
FOLDER = PROJECT / ".data" / "bench"


class Databases:
    """A cluster of its own with one database for each size."""

    def __init__(self, folder: Path) -> None:
        servers = places.servers_folder(folder)
        self.postgres, self.valkey = Postgres(servers), Valkey(servers, throwaway=True)
        self.running = [start_one(server, folder / "logs") for server in (self.postgres, self.valkey)]

    def stop(self) -> None:
        for running in self.running:
            running.stop()

    def environment(self, database: str) -> dict[str, str]:
        base, _slash, _name = self.postgres.url.rpartition("/")
        return {
            **os.environ,
            "DATABASE_URL": f"{base}/{database}",
            "REDIS_URL": self.valkey.url,
            "DATA_DIR": str(FOLDER / "data"),
            "STATIC_DIR": str(PROJECT / ".data" / "static"),
        }

    def filled(self, database: str, charges: int) -> dict[str, str]:
        """The environment of a database with that many charges of one client, at rest: a million fresh rows would
        have autovacuum work for minutes beside what is measured."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {database}".encode())
        environment = self.environment(database)
        manage(environment, "migrate", "--verbosity=0")
        began = time.perf_counter()
        manage(environment, "demo", "--size=large", f"--charges={charges}", "--sales=0")
        say(f"demo, {charges:,} charges", f"{time.perf_counter() - began:.0f} s", "1,000,000 in under 120 s")
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("VACUUM")
            connection.execute("CHECKPOINT")
        return environment


def manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True, stdout=subprocess.DEVNULL)


def inside(environment: dict[str, str], *what: str, module: str = "benchmarks.inside") -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", module, *what]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def say(what: str, measured: str, budget: str = "") -> None:
    print(f"{what:<46} {measured:<34} {budget}", flush=True)


def say_lists(small: dict[str, Any], large: dict[str, Any]) -> None:
    rows, admin = large["portal rows"], large["admin list"]
    say("portal rows, p95", f"{rows['p95']:.1f} ms", "≤ 60 ms")
    say("portal rows against the admin's list, p95", f"{rows['p95'] / admin['p95']:.2f}×", "< 1×")
    growth = rows["p50"] / small["portal rows"]["p50"]
    say(f"portal rows, {small['charges']:,} to {large['charges']:,}, p50", f"{growth:.2f}×", "≤ 1.5×")
    say("portal page, p95", f"{large['portal page']['p95']:.1f} ms")
    for name, budget in (("plain view", "≤ 2×"), ("plain function", "")):
        say(f"API list against a {name}, p50", f"{large['api list']['p50'] / large[name]['p50']:.2f}×", budget)
    deep = large["api list, deep cursor"]["p50"] / large["api list"]["p50"]
    say("API list in the middle against the first page", f"{deep:.2f}×", "about 1×")


def say_running(found: dict[str, float]) -> None:
    say("second start to a page", f"{found['second start']:.1f} s", "≤ 15 s")
    say("live, 200 pages, answer to the last page, p50", f"{found['live p50']:.0f} ms", "≤ 2 s")
    say("live, 200 pages, answer to the last page, max", f"{found['live max']:.0f} ms", "≤ 2 s")
    say("list of charges, CSS compressed", f"{found['css']:.1f} kB", "≤ 45 kB")
    say("list of charges, JavaScript compressed", f"{found['js']:.1f} kB", "≤ 40 kB")


def say_deliveries(found: dict[str, Any]) -> None:
    drain, delays = found["drain"], found["delays"]
    say("webhooks, the worker of make run", f"{drain['a second']:.0f} a second", "≥ 500")
    say("a delivery in the worker", f"{drain['cpu ms']:.2f} ms of CPU")
    memory = " → ".join(f"{each:.0f}" for each in drain["megabytes"])
    say(f"worker's memory while {found['backlog']:,} drain", f"{memory} MB", "does not grow")
    say("50 events/s, commit to first attempt, p95", f"{delays['without']:.0f} ms", "≤ 1 s")
    say("the same beside a dead endpoint", f"{delays['beside'] / delays['without']:.2f}×", "≤ 1.10×")


def say_cards(found: dict[str, Any]) -> None:
    say("card sale by API, two processes", f"{found['sales']['a second']:.0f} a second", "≥ 100")
    say("card sale in its process", f"{found['sales']['cpu ms']:.1f} ms of CPU")
    say(f"card page with {found['operations']} operations, p95", f"{found['detail']['p95']:.1f} ms", "≤ 60 ms")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--large", type=int, default=1_000_000)
    asked = parser.parse_args()
    say_running(measure(FOLDER / "portal"))
    databases = Databases(FOLDER)
    try:
        manage(databases.environment("postgres"), "assets")
        small = databases.filled("bench_small", SMALL)
        large = databases.filled("bench_large", asked.large)
        say_lists(inside(small, "lists"), inside(large, "lists"))
        say("POST /v1/token", f"{inside(small, 'token')['cpu ms']:.1f} ms of CPU", "≤ 5 ms")
        writes = inside(small, "writes")
        say("POST /v1/dynamic, two processes of two threads", f"{writes['charges a second']:.0f} a second", "≥ 200")
        say("POST /v1/dynamic in its process", f"{writes['cpu ms']:.1f} ms of CPU")
        say_cards(inside(small, module="benchmarks.cards"))
        say_deliveries(inside(small, module="benchmarks.deliveries"))
    finally:
        databases.stop()


if __name__ == "__main__":
    main()
