"""A payment that its payer's bank takes back, and what the client says against it."""

from django.db import models
from django.db.models import F, Q

from core import clock
from core.audit import track, transitions
from core.money import ZERO
from transactions.models.orders import Operation, reais
from transactions.states import DISPUTE_TRANSITIONS, UNDECIDED, DisputeStatus, DisputeType


@track()
class Dispute(models.Model):
    """A chargeback of a card, or a MED of a Pix. `operation` is what is disputed; `notice` the chargeback recorded for
    it. `excess` is what the case takes beyond what remained: it is contested with the proof of the refund."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    dispute_id = models.CharField(max_length=36, unique=True)
    type = models.CharField(max_length=10, choices=DisputeType.choices)
    status = models.CharField(max_length=9, choices=DisputeStatus.choices, default=DisputeStatus.OPEN)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="disputes")
    notice = models.OneToOneField(Operation, on_delete=models.PROTECT, null=True, related_name="opened_dispute")
    case_id = models.CharField(max_length=64, blank=True)
    amount = reais()
    from_cash = reais(default=ZERO)
    excess = reais(default=ZERO)
    reason_code = models.CharField(max_length=20, blank=True)
    deadline = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["deadline", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation"], condition=Q(status__in=UNDECIDED), name="one_open_dispute_for_each_operation"
            ),
            models.UniqueConstraint(
                fields=["client", "type", "case_id"], condition=~Q(case_id=""), name="a_case_once_for_each_client"
            ),
            models.CheckConstraint(condition=Q(amount__gt=ZERO), name="dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(excess__gte=ZERO, excess__lte=F("amount")), name="dispute_excess_within_amount"
            ),
        ]
        indexes = [
            models.Index("client", "deadline", "id", name="disputes_by_deadline"),
            models.Index(fields=["deadline"], name="disputes_to_expire", condition=Q(status=DisputeStatus.OPEN)),
        ]
        triggers = [transitions("status", DISPUTE_TRANSITIONS)]

    def __str__(self) -> str:
        return self.dispute_id

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    @property
    def current_status(self) -> DisputeStatus:
        """The status of this moment, whether or not a job has recorded that the deadline passed."""
        unanswered = self.type == DisputeType.CHARGEBACK and self.status == DisputeStatus.OPEN
        return DisputeStatus.EXPIRED if unanswered and self.deadline < clock.now() else DisputeStatus(self.status)


@track(exclude=["content"])
class Evidence(models.Model):
    """A text or a file that the client sends with a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    text = models.TextField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    content = models.BinaryField(default=bytes)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or self.text[:40]
