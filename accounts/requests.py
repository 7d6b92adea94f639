"""What became of a request, from the idempotency store (API.md 6.8)."""

from typing import Any
from uuid import UUID

from django.urls import Resolver404, resolve

from accounts.bearer import Token
from core.actor import Actor
from core.api.formats import loads
from core.api.operations import Operation
from core.models import IdempotencyKey

NOT_FOUND = {"outcome": "NOT_FOUND"}


def outcome_of(actor: Actor, key: UUID, token: Token) -> dict[str, Any]:
    """The newest call under this key whose scope the token holds. NOT_FOUND also when it was refused."""
    kept = IdempotencyKey.objects.filter(client_id=actor.client_id, key=key).exclude(method="PORTAL")
    for row in kept.order_by("-created_at", "-pk"):
        if may_see(row, token):
            return shown(row)
    return NOT_FOUND


def may_see(row: IdempotencyKey, token: Token) -> bool:
    try:
        view = resolve(row.path).func.view_class  # type: ignore[attr-defined]
    except Resolver404:
        return False
    operation: Operation = view.operations[row.method]
    return operation.is_open_to(token.holds)


def shown(row: IdempotencyKey) -> dict[str, Any]:
    call = {"method": row.method, "path": row.path}
    if row.status is not None:
        return {
            "outcome": "FINISHED",
            **call,
            "httpStatus": row.status,
            "body": loads(bytes(row.body or b"") or b"null"),
        }
    return {"outcome": "RUNNING", **call}
