"""Who changed what: every change of a tracked row is recorded by the database, with the actor that was known then."""

import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import orjson
import pghistory
import pgtrigger
from django.apps import apps
from django.db import connection, transaction

from core.actor import Actor

CHANGES_TABLE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', re.IGNORECASE)
TELL = "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"


def transitions(field: str, table: Mapping[Any, Iterable[Any]]) -> pgtrigger.FSM:
    """A transition table, kept by the database as well."""
    pairs = [(before.value, after.value) for before, afters in table.items() for after in sorted(afters)]
    return pgtrigger.FSM(name=f"{field}_transitions", field=field, transitions=pairs)


def track(*, exclude: list[str] | None = None) -> Any:
    """Records inserts and updates of a model. The context is stored with each history row: a shared context row
    would be rewritten by later writes and could not be trusted as audit."""
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=exclude,
        context_field=pghistory.ContextJSONField(),
        context_id_field=pghistory.ContextUUIDField(),
        append_only=True,
    )


@cache
def tracked_tables() -> frozenset[str]:
    events = (model for model in apps.get_models() if issubclass(model, pghistory.models.Event))
    tracked: list[Any] = [event.pgh_tracked_model for event in events]
    return frozenset(model._meta.db_table for model in tracked)


def may_be_recorded(sql: str) -> bool:
    """Whether a statement may change a tracked table. Of what is more than a plain change nobody can tell."""
    change = CHANGES_TABLE.match(sql)
    return change[1] in tracked_tables() if change else sql.lstrip()[:4].upper() == "WITH"


class Told:
    """What the database was told in a transaction. It waits for the commit as a hook, so that it is gone with the
    transaction, or with the savepoint, in which it was said."""

    def __init__(self, facts: bytes) -> None:
        self.facts = facts

    def __call__(self) -> None:
        pass

    def still_holds(self) -> bool:
        return any(self in waiting for waiting in connection.run_on_commit)


class History:
    """Tells the database, before the first write of each transaction, who makes it.

    pghistory's own context says it again in front of each statement, which is then two statements to Postgres and can
    neither be prepared nor take its values from the protocol.
    """

    def __init__(self, facts: dict[str, object]) -> None:
        self.id = uuid.uuid4()
        self.facts = facts
        self.told: Told | None = None

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not may_be_recorded(sql):
            return execute(sql, params, many, context)
        if not connection.in_atomic_block:
            with transaction.atomic():
                self.tell(execute, context)
                return execute(sql, params, many, context)
        self.tell(execute, context)
        return execute(sql, params, many, context)

    def tell(self, execute: Callable[..., Any], context: Any) -> None:
        facts = orjson.dumps(self.facts)
        if self.told and self.told.facts == facts and self.told.still_holds():
            return
        execute(TELL, (str(self.id), facts.decode()), False, context)
        self.told = Told(facts)
        transaction.on_commit(self.told)


_open = threading.local()


@contextmanager
def history(**facts: object) -> Iterator[None]:
    """What is written inside is recorded with these facts and with the actor that `name_actor` adds. Inside another
    one it adds its facts to that."""
    outer: History | None = getattr(_open, "history", None)
    if outer is not None:
        outer.facts.update(facts)
        yield
        return
    _open.history = History(facts)
    try:
        with connection.execute_wrapper(_open.history):
            yield
    finally:
        del _open.history


def name_actor(actor: Actor) -> None:
    """Adds the actor to the history that the door has opened, or to none when there is none."""
    opened: History | None = getattr(_open, "history", None)
    if opened is not None:
        opened.facts.update(
            actor=actor.name,
            channel=actor.channel.value,
            client_id=actor.client_id,
            user_id=actor.user_id,
            credential_id=actor.credential_id,
            request_id=str(actor.request_id) if actor.request_id else None,
        )
