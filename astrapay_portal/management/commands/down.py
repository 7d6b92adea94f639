"""`manage.py down`: ends what `manage.py up` runs in another terminal."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from astrapay_portal.embedded import places
from astrapay_portal.embedded.portal import lock_of
from astrapay_portal.embedded.processes import until
from astrapay_portal.embedded.supervisor import end_leftovers, holder
from astrapay_portal.environment import PROJECT

PATIENCE = 20
KEPT_BY_DEFAULT = PROJECT / ".data"  # ours even before a portal ran


class Command(BaseCommand):
    help = "Stops what `manage.py up` runs, or cleans up after one that was killed."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--erase", action="store_true", help="also delete the database and everything else kept")

    def handle(self, *_args: Any, erase: bool, **_options: Any) -> None:
        if erase:
            self.refuse_what_is_not_ours()
        self.stdout.write(self.stop())
        if erase:
            folder = places.servers_folder(settings.DATA_DIR)
            for each in {folder, settings.DATA_DIR}:
                shutil.rmtree(each, ignore_errors=True)
            self.stdout.write(f"Deleted {settings.DATA_DIR}.")

    def refuse_what_is_not_ours(self) -> None:
        """DATA_DIR may name any folder, also somebody's home. The lock stays where a portal once ran."""
        folder = settings.DATA_DIR
        if folder.resolve() != KEPT_BY_DEFAULT and not lock_of(folder).is_file():
            raise CommandError(
                f"{folder} is not deleted: no portal ever ran there (it holds no {lock_of(Path())}). "
                f"DATA_DIR must name the folder of `manage.py up`."
            )

    def stop(self) -> str:
        lock = lock_of(settings.DATA_DIR)
        running = holder(lock)
        if running is None:
            found = end_leftovers(lock.parent)
            return f"Ended what a killed run left behind: {', '.join(found)}." if found else "Nothing was running."
        with suppress(ProcessLookupError):
            os.kill(int(str(running["pid"])), signal.SIGTERM)
        if not until(lambda: holder(lock) is None, PATIENCE):
            raise CommandError(f"Process {running['pid']} does not stop.")
        return f"Stopped {running['url']}."
