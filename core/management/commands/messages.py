"""`manage.py messages`: brings the catalogues up to date and compiles them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import catalogues


class Command(BaseCommand):
    help = "Extracts every string, updates both catalogues and compiles them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--check", action="store_true", help="change nothing; fail when a catalogue is not complete")
        only.add_argument("--compile-only", action="store_true", help="only compile what is newer than its .mo")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_complete()
            return
        if not options["compile_only"]:
            wanted = catalogues.source()
            for locale in catalogues.LOCALES:
                catalogues.update(locale, wanted)
        for locale in catalogues.compile_stale():
            self.stdout.write(f"compiled {locale}")

    def check_complete(self) -> None:
        if found := catalogues.faults():
            raise CommandError("\n".join(found))
