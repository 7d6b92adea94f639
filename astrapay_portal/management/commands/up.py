"""`manage.py up`: everything, in the foreground."""

import asyncio
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from astrapay_portal.embedded.portal import Portal


class Command(BaseCommand):
    help = "Runs Postgres, Valkey, pages, worker and scheduler until Ctrl-C. A second one says where the first one is."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="of the portal (PORT, 8000)")

    def handle(self, *_args: Any, port: str, **_options: Any) -> None:
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT must be a number from 1 to 65535, not {port!r}.")
        sys.exit(asyncio.run(Portal(settings.DATA_DIR, int(port)).run()))
