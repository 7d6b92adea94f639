"""Rows of the ground floor. It knows no client and no user: they appear here as bare ids."""

from django.db import models


class IdempotencyKey(models.Model):
    """A request's claim on its key, and after success what it was answered (API.md 4)."""

    client_id = models.BigIntegerField()
    method = models.CharField(max_length=6)  # PORTAL for the forms of the portal
    path = models.CharField(max_length=255)
    key = models.UUIDField()
    fingerprint = models.BinaryField(max_length=32)
    subject = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_id", "key", "method", "path"], name="one_claim_for_each_key"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
