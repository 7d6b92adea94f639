"""Charging a kept card again and again: planned by a merchant, charged by a task, ended by either."""

from transactions.actions.recurrences.charging import charge_due
from transactions.actions.recurrences.planning import (
    RecurrenceDraft,
    cancel_recurrence,
    cancel_schedule,
    create_recurrence,
    end_recurrences_of,
)

__all__ = [
    "RecurrenceDraft",
    "cancel_recurrence",
    "cancel_schedule",
    "charge_due",
    "create_recurrence",
    "end_recurrences_of",
]
