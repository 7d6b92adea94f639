"""Statements that nearly every call of the API runs: planned by Postgres once for a connection, read by psycopg alone.

The ORM takes longer to write such a statement than Postgres to run it, and Postgres longer to plan it. They pass by the
history, so that none of them may write a tracked table.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, LiteralString, TypeVar

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from psycopg import sql
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.json import JsonbLoader

M = TypeVar("M", bound=models.Model)


def execute(statement: LiteralString | bytes, values: Mapping[str, object]) -> "psycopg.Cursor[tuple[Any, ...]]":
    """Runs a statement with `%(name)s` for its values on Django's connection, in its transaction if there is one."""
    with cursor() as opened:
        return opened.execute(statement, values, prepare=True)


def rows(query: models.QuerySet[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a query made by `.values(…)` of columns that need no converter of Django's.

    Moments and JSON are read by psycopg's compiled loaders: those that Django sets in their place are written in
    Python and take a tenth of the time of a list.
    """
    try:
        statement, values = query.query.sql_with_params()
    except EmptyResultSet:
        return []
    names = query.query.values_select
    with cursor() as opened:
        opened.adapters.register_loader("timestamptz", TimestamptzLoader)
        opened.adapters.register_loader("jsonb", JsonbLoader)
        found = opened.execute(statement, values, prepare=True).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


@contextmanager
def cursor() -> Iterator["psycopg.Cursor[tuple[Any, ...]]"]:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        yield psycopg.Cursor(connection.connection)


def first(model: type[M], condition: LiteralString, values: Mapping[str, object]) -> M | None:
    """The first row of a model that meets a condition. The model's fields are read as Postgres gives them."""
    found = execute(_select(model, condition), values).fetchone()
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, found) if found else None


@cache
def _select(model: type[models.Model], condition: LiteralString) -> bytes:
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in model._meta.concrete_fields])
    statement = sql.SQL("SELECT {} FROM {} WHERE {}")
    return statement.format(columns, sql.Identifier(model._meta.db_table), sql.SQL(condition)).as_bytes()
