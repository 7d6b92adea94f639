"""Models whose rows are written at every sale: `save` and `create` with statements that are put together once.

Django puts the statement of a row together anew each time, which takes it longer than Postgres needs to run it. Here
it is remembered for a model and its columns; it still goes out through Django's cursor, where the history listens.
"""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

Field = models.Field[Any, Any]
Values = list[tuple[Field, Any]]

# Values that Postgres takes as they are. Any other one is prepared by its field.
READY: dict[type[Field], type] = {
    models.BooleanField: bool,
    models.CharField: str,
    models.DateTimeField: datetime,
    models.DecimalField: Decimal,
    models.ForeignKey: int,
    models.PositiveIntegerField: int,
    models.UUIDField: UUID,
}


class OftenWritten(models.Model):
    """Overrides the two methods by which Django's own `save` reaches the database, and nothing that comes before."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: Any, fields: list[Field], returned: list[Field], raw: bool) -> Any:
        every = [(field, field.pre_save(self, add=True)) for field in fields]
        values = [(field, value) for field, value in every if not isinstance(value, DatabaseDefault)]
        if _holds_expression(values):
            return super()._do_insert(manager, using, fields, returned, raw)  # type: ignore[misc]
        statement = _insert(self._meta.db_table, _columns(values), tuple([str(field.column) for field in returned]))
        with connection.cursor() as cursor:
            cursor.execute(statement, _prepared(values))
            return cursor.fetchall()

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, fields: Any, *rest: Any) -> Any:
        values = [(field, value) for field, _model, value in fields]
        if _holds_expression(values):
            return super()._do_update(base_qs, using, pk_val, fields, *rest)
        with connection.cursor() as cursor:
            cursor.execute(_update(self._meta.db_table, _columns(values)), [*_prepared(values), pk_val])
            return cursor.rowcount > 0


def _holds_expression(values: Values) -> bool:
    return any(hasattr(value, "resolve_expression") for _field, value in values)


def _columns(values: Values) -> tuple[str, ...]:
    return tuple([str(field.column) for field, _value in values])


def _prepared(values: Values) -> list[Any]:
    return [
        value if value is None or type(value) is READY.get(type(field)) else field.get_db_prep_save(value, connection)
        for field, value in values
    ]


@cache
def _insert(table: str, columns: tuple[str, ...], returned: tuple[str, ...]) -> str:
    places = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}")
    return statement.format(sql.Identifier(table), _names(columns), places, _names(returned)).as_string()


@cache
def _update(table: str, columns: tuple[str, ...]) -> str:
    changes = sql.SQL(", ").join([sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns])
    return sql.SQL("UPDATE {} SET {} WHERE id = %s").format(sql.Identifier(table), changes).as_string()


def _names(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
