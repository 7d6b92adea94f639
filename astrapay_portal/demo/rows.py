"""Rows written by COPY. A row is a dict in the order of its table's columns, made from a template: a million model
instances would take twice as long."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db.models import Model
from psycopg.types.json import Jsonb

Row = dict[str, Any]


def template(model: type[Model], **values: Any) -> Row:
    """The columns of a model with its defaults and these values."""
    entity = model(**values)
    row = {each.attname: getattr(entity, each.attname) for each in model._meta.concrete_fields}
    return {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()}


def reserve_ids(cursor: Any, model: type[Model], count: int) -> range:
    """Ids taken from the model's own sequence. Payments and refunds use their charge's."""
    table = model._meta.db_table
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
    first = int(cursor.fetchone()[0])
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + count])
    return range(first, first + count)


def follow_ids(cursor: Any, model: type[Model]) -> None:
    table = model._meta.db_table
    cursor.execute(
        f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))",  # noqa: S608
        [table],
    )


def copy(cursor: Any, model: type[Model], rows: Iterable[Row]) -> None:
    """Rows without an id take it from the sequence; what the database says by itself is left to it."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    own = {field.attname for field in model._meta.concrete_fields if field.has_db_default()}
    names = [name for name, value in first.items() if name not in own and (name != "id" or value is not None)]
    columns = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as target:
        for row in chain([first], rows):
            target.write_row([row[name] for name in names])
