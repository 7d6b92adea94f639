"""Reads of disputes, always through the actor's client."""

from django.db.models import QuerySet

from core.actor import Actor
from core.errors import NotFound
from transactions.models import Dispute


def disputes_for(actor: Actor) -> QuerySet[Dispute]:
    """By deadline: what must be answered first comes first."""
    rows = Dispute.objects.filter(client_id=actor.client_id).select_related("operation__order", "notice")
    return rows.order_by("deadline", "id")


def dispute_of(actor: Actor, dispute_id: str) -> Dispute:
    """Raises NotFound."""
    dispute = disputes_for(actor).filter(dispute_id=dispute_id).first()
    if dispute is None:
        raise NotFound
    return dispute
