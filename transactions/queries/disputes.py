"""Reads of disputes, always through the actor's client."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Length

from core.actor import Actor
from core.errors import NotFound
from transactions.models import Dispute, Evidence
from transactions.states import UNDECIDED, DisputeStatus, DisputeType


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


def with_evidence(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """With what was sent, its files without their content but with their `size` in bytes."""
    sent = Evidence.objects.defer("content").annotate(size=Length("content"))
    return disputes.prefetch_related(Prefetch("evidence", sent))


def undecided_dispute_about(actor: Actor, operation_id: str) -> Dispute | None:
    """The one of this capture or sale, or of this chargeback."""
    about = Q(operation__operation_id=operation_id) | Q(notice__operation_id=operation_id)
    return disputes_for(actor).filter(about, status__in=UNDECIDED).first()


def with_status(status: str, moment: datetime) -> Q:
    """The condition for a status at a moment: a chargeback that nobody answered in time is EXPIRED."""
    unanswered = Q(type=DisputeType.CHARGEBACK, status=DisputeStatus.OPEN, deadline__lt=moment)
    if status == DisputeStatus.EXPIRED:
        return Q(status=status) | unanswered
    return Q(status=status) & ~unanswered if status == DisputeStatus.OPEN else Q(status=status)
