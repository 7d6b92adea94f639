"""Who changed what: every change of a tracked row is recorded by the database, with the actor that was known then."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models

from core.actor import Actor

M = TypeVar("M", bound=models.Model)


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


def name_actor(actor: Actor) -> None:
    """Adds the actor to the history context that the door has opened, or opens none when there is none."""
    pghistory.context(
        actor=actor.name,
        channel=actor.channel.value,
        client_id=actor.client_id,
        user_id=actor.user_id,
        credential_id=actor.credential_id,
        request_id=str(actor.request_id) if actor.request_id else None,
    )
