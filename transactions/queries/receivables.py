"""Reads of receivables, always through the actor's client."""

from django.db.models import QuerySet

from core.actor import Actor
from transactions.models import Receivable


def receivables_for(actor: Actor) -> QuerySet[Receivable]:
    """With the sale that each belongs to."""
    sale = ("operation__order", "operation__card__terminal", "operation__payment__card__terminal")
    return Receivable.objects.filter(client_id=actor.client_id).select_related(*sale)
