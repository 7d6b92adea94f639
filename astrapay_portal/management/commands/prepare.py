"""`manage.py prepare`: what must be true before pages are served; does only what is needed."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from astrapay_portal.embedded import front_end


class Command(BaseCommand):
    help = "Migrates, builds and collects static files, and fills an empty sandbox with demo data."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("migrating the database")
            call_command("migrate", verbosity=0)
        call_command("messages", compile_only=True, stdout=self.stdout)
        front_end.refresh(self.stdout.write)
        if self.wants_demo():
            self.stdout.write("making demo data")
            call_command("demo", size="small")

    def wants_demo(self) -> bool:
        """Only in a sandbox, and only when nobody has put anything in."""
        clients = apps.get_model("accounts", "Client").objects
        return settings.SANDBOX and "demo" in get_commands() and not clients.exists()
