"""Statements that nearly every call of the API runs: written by hand, and planned by Postgres once for a connection.

The ORM takes longer to write such a statement than Postgres to run it, and Postgres longer to plan it. They pass by the
history context, so that none of them may write a tracked table.
"""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from django.db import connection


def execute(statement: LiteralString, values: Mapping[str, object]) -> "psycopg.Cursor[tuple[Any, ...]]":
    """Runs a statement with `%(name)s` for its values on Django's connection, in its transaction if there is one."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True)
