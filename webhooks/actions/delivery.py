"""Claiming what is due and writing down what came of it. In between no transaction is open.

A claim is a lease on the row. A worker that dies leaves it behind: when the lease has run out, the next claim takes the
row again. So a message may arrive twice, with the same id and the same bytes, and never not at all.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from accounts.permissions import Module
from core import clock, live
from webhooks import promises
from webhooks.actions.health import note_health, withhold
from webhooks.events import TEST
from webhooks.models import Attempt, Delivery
from webhooks.sending import FAILING_LIMIT, HEALTHY_LIMIT, Call, Engine, Outcome
from webhooks.states import DeliveryStatus, Trigger

# Longer than any call, so that nobody takes a row whose call is under way.
LEASE = timedelta(seconds=promises.ANSWER_SECONDS * 4)

# Steps from endpoint to endpoint through the index of what waits, and takes the first due rows of each: a long queue
# of one endpoint is never read through to find the others'. First all endpoints' first, then their second, …
CLAIM = """
WITH RECURSIVE waiting (endpoint_id) AS (
    (SELECT endpoint_id FROM webhooks_delivery WHERE due_at IS NOT NULL ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT endpoint_id FROM webhooks_delivery
            WHERE due_at IS NOT NULL AND endpoint_id > waiting.endpoint_id ORDER BY endpoint_id LIMIT 1)
    FROM waiting WHERE waiting.endpoint_id IS NOT NULL
),
found AS (
    SELECT due.id, due.due_at, row_number() OVER (PARTITION BY waiting.endpoint_id ORDER BY due.due_at, due.id)
        + coalesce((%(busy)s::jsonb ->> waiting.endpoint_id::text)::int, 0) AS place,
        CASE WHEN endpoint.failing_since IS NULL THEN %(healthy)s ELSE %(failing)s END AS most
    FROM waiting
    JOIN webhooks_endpoint endpoint ON endpoint.id = waiting.endpoint_id
    CROSS JOIN LATERAL (
        SELECT id, due_at FROM webhooks_delivery
        WHERE endpoint_id = waiting.endpoint_id AND due_at <= %(moment)s
            AND (lease_until IS NULL OR lease_until <= %(moment)s)
        ORDER BY due_at LIMIT %(healthy)s FOR UPDATE SKIP LOCKED
    ) due
),
chosen AS (SELECT id FROM found WHERE place <= most ORDER BY place, due_at LIMIT %(free)s)
UPDATE webhooks_delivery SET lease_until = %(lease)s, attempts = attempts + 1
FROM chosen WHERE webhooks_delivery.id = chosen.id RETURNING webhooks_delivery.id
"""


def claim(*, free: int, busy: Counter[int]) -> list[Call]:
    """Leases at most `free` due rows and writes down the attempts that are about to be made. `busy` counts this
    process's calls under way by endpoint; each endpoint has at most a few."""
    moment = clock.now()
    with transaction.atomic():
        claimed = _lease(moment, free=free, busy=busy) if free > 0 else []
        rows = Delivery.objects.filter(pk__in=claimed).select_related("event", "endpoint").only(*SENT).order_by("pk")
        ready = [row for row in rows if not withhold(row)]
        attempts = Attempt.objects.bulk_create(
            Attempt(delivery=row, number=row.attempts, trigger=row.asked_by or Trigger.AUTOMATIC, started_at=moment)
            for row in ready
        )
    return [_call(row, attempt, moment) for row, attempt in zip(ready, attempts, strict=True)]


def conclude(outcomes: list[Outcome]) -> None:
    """Writes down what came of calls: the attempts, the deliveries, the health of the endpoints."""
    if not outcomes:
        return
    by_delivery = {outcome.call.delivery_id: outcome for outcome in outcomes}
    with transaction.atomic():
        note_health(outcomes)
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("event").only(*JUDGED, *SETTLED)
        settled = [row for row in rows.filter(pk__in=by_delivery).order_by("pk") if _settle(row, by_delivery[row.pk])]
        _write(Delivery, SETTLED, {row.pk: row for row in settled})
        _write(Attempt, WRITTEN, {outcome.call.attempt_id: outcome for outcome in outcomes})
        _show({(call.client_id, call.webhook): call.number for call in (outcome.call for outcome in outcomes)})


# What of a row is read: its models have fifty columns.
JUDGED = ("attempts", "event__message_type")
SENT = (
    *("status", "attempts", "asked_at", "asked_by", "next_attempt_at", "event__event_id", "event__body"),
    *("client", "endpoint__endpoint_id", "endpoint__url", "endpoint__status", "endpoint__deleted_at"),
    *("endpoint__secret", "endpoint__old_secret", "endpoint__old_secret_until"),
)


# Leasing -------------------------------------------------------------------------------------------------------------


def _lease(moment: datetime, *, free: int, busy: Counter[int]) -> list[int]:
    counted = "{" + ",".join(f'"{endpoint}": {count}' for endpoint, count in busy.items()) + "}"
    values: dict[str, str | int | datetime] = {
        "busy": counted,
        "healthy": HEALTHY_LIMIT,
        "failing": FAILING_LIMIT,
        "moment": moment,
        "free": free,
        "lease": moment + LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        return [row[0] for row in cursor.fetchall()]


def _call(row: Delivery, attempt: Attempt, moment: datetime) -> Call:
    return Call(
        attempt_id=attempt.pk,
        delivery_id=row.pk,
        endpoint_id=row.endpoint_id,
        webhook=row.endpoint.endpoint_id,
        client_id=row.client_id,
        number=attempt.number,
        scheduled=row.next_attempt_at is not None and row.next_attempt_at <= moment,
        asked_at=row.asked_at,
        url=row.endpoint.url,
        keys=tuple(row.endpoint.keys_at(moment)),
        message_id=row.event.event_id,
        body=bytes(row.event.body or b""),
    )


# Settling ------------------------------------------------------------------------------------------------------------

WRITTEN = {
    "ended_at": "timestamptz",
    "address": "text",
    "signature": "text",
    "status_code": "int",
    "duration_ms": "int",
    "error": "text",
    "response_type": "text",
    "response": "text",
}
SETTLED = {
    "status": "text",
    "failures": "int",
    "next_attempt_at": "timestamptz",
    "asked_at": "timestamptz",
    "asked_by": "text",
    "lease_until": "timestamptz",
    "delivered_at": "timestamptz",
}


def _write(model: type[Model], fields: dict[str, str], facts: dict[int, Any]) -> None:
    """Saves the named fields of many rows in one statement: one of the ORM for each row, or one of many CASEs, costs
    four times the CPU of the call itself. Not `executemany`: inside a task's history context it raises TypeError."""
    columns = ", ".join(f"{name} = given.{name}" for name in fields)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *fields.values()))
    values = [list(facts), *([getattr(fact, name) for fact in facts.values()] for name in fields)]
    statement = (
        f"UPDATE {model._meta.db_table} AS kept SET {columns} "  # noqa: S608 - our own names
        f"FROM unnest({arrays}) AS given (id, {', '.join(fields)}) WHERE kept.id = given.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _settle(row: Delivery, outcome: Outcome) -> bool:
    """Whether the row changes. Who comes after its lease ran out has been replaced: only its success still counts."""
    replaced = row.attempts != outcome.call.number
    if replaced and not outcome.delivered:
        return False
    if not replaced:
        row.lease_until = None
    if outcome.delivered or row.asked_at == outcome.call.asked_at:  # asked for during a call that failed: still to do
        row.asked_at, row.asked_by = None, ""
    if outcome.delivered:
        _deliver(row, outcome)
    elif outcome.call.scheduled and row.status == DeliveryStatus.PENDING:
        _count_failure(row, outcome)
    elif row.event.message_type == TEST and row.status == DeliveryStatus.PENDING:
        row.status = DeliveryStatus.FAILED
    return True


def _deliver(row: Delivery, outcome: Outcome) -> None:
    row.next_attempt_at = None
    if row.status in (DeliveryStatus.PENDING, DeliveryStatus.FAILED):
        row.status, row.delivered_at = DeliveryStatus.DELIVERED, outcome.ended_at


def _count_failure(row: Delivery, outcome: Outcome) -> None:
    row.failures += 1
    wait = promises.wait_after(row.failures, retry_after=outcome.retry_after)
    if wait is None:
        row.status, row.next_attempt_at = DeliveryStatus.FAILED, None
    else:
        row.next_attempt_at = clock.cut(outcome.ended_at + wait)


def _show(attempts: dict[tuple[int, str], int]) -> None:
    """Has the open pages of the webhooks fetch their rows."""
    for (client_id, webhook), number in attempts.items():
        live.publish(
            client_id=client_id,
            module=Module.WEBHOOK.value,
            object_type="delivery",
            object_id=webhook,
            version=number,
        )


class Desk:
    """What the engine knows of the rows."""

    def claim(self, *, free: int, busy: Counter[int]) -> list[Call]:
        return claim(free=free, busy=busy)

    def conclude(self, outcomes: list[Outcome]) -> None:
        conclude(outcomes)


engine = Engine(Desk())
