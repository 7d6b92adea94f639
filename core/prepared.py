"""Statements that nearly every call of the API runs: written by hand, and planned by Postgres once for a connection.

The ORM takes longer to write such a statement than Postgres to run it, and Postgres longer to plan it. They pass by the
history, so that none of them may write a tracked table.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, LiteralString, TypeVar

import psycopg
from django.db import connection, models
from psycopg import sql

M = TypeVar("M", bound=models.Model)


def execute(statement: LiteralString | sql.Composed, values: Mapping[str, object]) -> "psycopg.Cursor[tuple[Any, ...]]":
    """Runs a statement with `%(name)s` for its values on Django's connection, in its transaction if there is one."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True)


def first(model: type[M], condition: LiteralString, values: Mapping[str, object]) -> M | None:
    """The first row of a model that meets a condition. The model's fields are read as Postgres gives them."""
    found = execute(_select(model, condition), values).fetchone()
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, found) if found else None


@cache
def _select(model: type[models.Model], condition: LiteralString) -> sql.Composed:
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in model._meta.concrete_fields])
    return sql.SQL("SELECT {columns} FROM {table} WHERE ").format(
        columns=columns, table=sql.Identifier(model._meta.db_table)
    ) + sql.SQL(condition)
