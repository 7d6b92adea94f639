"""`manage.py demo --size small|large`: demo clients, people and charges, and the file that lists the sign-ins."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import Client
from astrapay_portal.demo.cards import CardWriter
from astrapay_portal.demo.charges import Writer
from astrapay_portal.demo.journal import POST_EVERYTHING
from astrapay_portal.demo.network import KNOWN_THERE
from astrapay_portal.demo.people import make_clients, make_credentials, make_people, sign_ins
from charges.models import Charge, Payment, Refund
from core import private_files
from core.audit import history
from transactions.models import CardPayment, Entry, Operation, Order, Posting, Receivable

SMALL, LARGE = 600, 1_000_000
WRITTEN = [
    model._meta.db_table
    for model in (Charge, Payment, Refund, Order, Operation, CardPayment, Receivable, Posting, Entry)
]


class Command(BaseCommand):
    help = "Makes the demo clients, people, charges and sales (small: some hundreds, large: a million for one client)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=["small", "large"], default="small")
        parser.add_argument("--charges", type=int, help="how many charges, instead of the size's own number")
        parser.add_argument("--sales", type=int, help="how many sales by card in a large demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("Demo data exists in the sandbox only.")
        with history(action="demo", channel="SYSTEM"), transaction.atomic():
            clients = make_clients()
            make_people(clients)
            make_credentials(clients)
            if options["size"] == "large":
                sales = LARGE if options["sales"] is None else options["sales"]
                self.write_large(clients["cli_lojamodelo"], options["charges"] or LARGE, sales)
            else:
                self.write_small(clients, options["charges"] or SMALL)
            self.run(KNOWN_THERE)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.write_sign_ins(clients)

    def write_small(self, clients: dict[str, Client], count: int) -> None:
        for seed, client in enumerate(clients.values()):
            if not Charge.objects.filter(client=client).exists():
                Writer(client, count // (seed + 1), seed=seed, events=True).write()
            if not CardPayment.objects.filter(client=client).exists():
                CardWriter(client, count // (seed + 2), seed=seed, events=True).write()
        self.run(POST_EVERYTHING)

    def write_large(self, client: Client, count: int, sales: int) -> None:
        with without_triggers():
            Writer(client, count, seed=7, events=False).write()
            if sales:
                CardWriter(client, sales, seed=7, events=False).write()
            self.run(POST_EVERYTHING)

    def run(self, statements: Iterable[str]) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def write_sign_ins(self, clients: dict[str, Client]) -> None:
        path = settings.DATA_DIR / "demo.json"
        url = f"http://localhost:{os.environ.get('PORT', '8000')}"
        private_files.replace(path, json.dumps(sign_ins(url, clients), indent=2, ensure_ascii=False) + "\n")
        self.stdout.write(f"Sign-ins are in {path}")


@contextmanager
def without_triggers() -> Iterator[None]:
    """A million rows without a history row each: nobody changed them. Who owns the cluster also spares the ten million
    look-ups of what they refer to, which stands in rows that are written with them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        which = "ALL" if cursor.fetchone() == (True,) else "USER"
        for table in WRITTEN:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER {which}')
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in WRITTEN:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER {which}')
