"""`manage.py assets`: the static files, ready to serve."""

from typing import Any

from django.core.management import BaseCommand

from astrapay_portal.embedded import front_end


class Command(BaseCommand):
    help = "Builds style sheet and icons and collects static files, when their sources have changed."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        front_end.refresh(self.stdout.write)
