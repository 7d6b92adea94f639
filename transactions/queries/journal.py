"""Reads of the journal, always through the actor's client."""

from decimal import Decimal

from django.db.models import QuerySet

from core.actor import Actor
from core.money import ZERO
from transactions.models import Account, Entry
from transactions.states import AccountName

# What the balance shows (STATES.md 14).
SHOWN = {
    "available": (AccountName.CASH,),
    "in_transit": (AccountName.REFUNDS_IN_TRANSIT, AccountName.PAYOUTS_IN_TRANSIT),
    "blocked": (AccountName.MED_BLOCKED, AccountName.DISPUTE),
    "receivables": (AccountName.RECEIVABLE,),
}


def balance_of(actor: Actor) -> dict[str, Decimal]:
    """Reais by `available`, `in_transit`, `blocked` and `receivables`."""
    held = dict(Account.objects.filter(client_id=actor.client_id).values_list("name", "balance"))
    return {shown: sum((held.get(name, ZERO) for name in names), ZERO) for shown, names in SHOWN.items()}


def entries_for(actor: Actor) -> QuerySet[Entry]:
    """The account statement: what moved the available money."""
    return Entry.objects.filter(client_id=actor.client_id, account=AccountName.CASH).select_related("posting")
