"""What the outside world told us, kept as it came."""

from django.db import models

from gateways.sandbox.models import SandboxCard, SandboxCardOperation, SandboxCharge, SandboxChargeback, SandboxRefund

__all__ = ["Notice", "SandboxCard", "SandboxCardOperation", "SandboxCharge", "SandboxChargeback", "SandboxRefund"]


class Notice(models.Model):
    """A message of a gateway: stored raw and unique before anything else happens, then handled, once."""

    gateway = models.CharField(max_length=30)
    kind = models.CharField(max_length=30)
    external_id = models.CharField(max_length=100)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "kind", "external_id"], name="a_notice_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="notices_waiting", condition=models.Q(handled_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
