"""What is agreed with a client: the fees of its sales and the terminals of its shops. Only the platform's own staff
makes and changes them."""

from django.db import transaction
from django.db.models import Model

from core import clock
from core.errors import PermissionMissing
from transactions.models import FeeRule, Terminal


def save_fee(*, by_staff: bool, rule: FeeRule) -> FeeRule:
    """A line of the fee table, for sales from now on: those that were made keep the fee they have.

    Raises PermissionMissing, and ValidationError when another line holds for the same sale on the same day.
    """
    _save(rule, by_staff=by_staff)
    return rule


def save_terminal(*, by_staff: bool, terminal: Terminal) -> Terminal:
    """Raises PermissionMissing, and ValidationError for an id that the client has already."""
    if terminal._state.adding:
        terminal.created_at = clock.now()
    _save(terminal, by_staff=by_staff)
    return terminal


@transaction.atomic
def _save(row: Model, *, by_staff: bool) -> None:
    """Checks every field; the staff's form shows them all."""
    if not by_staff:
        raise PermissionMissing
    row.full_clean()
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    row.save(update_fields=None if row._state.adding else names)
