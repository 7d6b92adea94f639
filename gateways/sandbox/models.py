"""The sandbox's own world: what a bank and the Pix network would remember. The domain never reads these rows."""

from django.db import models


class SandboxCharge(models.Model):
    txid = models.CharField(max_length=35, unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    receiver_key = models.CharField(max_length=77)
    payer_document = models.CharField(max_length=14, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    pay_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["pay_at"], name="sandbox_charges_to_pay", condition=models.Q(pay_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.txid


class SandboxRefund(models.Model):
    class Outcome(models.TextChoices):
        COMPLETED = "COMPLETED"
        FAILED = "FAILED"

    refund_id = models.CharField(max_length=35)
    end_to_end_id = models.CharField(max_length=32)
    devolution_end_to_end_id = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    due_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reason = models.CharField(max_length=4, blank=True)
    settled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["end_to_end_id", "refund_id"], name="sandbox_refund_once")]
        indexes = [
            models.Index(fields=["due_at"], name="sandbox_refunds_to_settle", condition=models.Q(settled_at=None))
        ]

    def __str__(self) -> str:
        return self.refund_id
