"""The sandbox's own world: what a bank, the Pix network and an acquirer remember. The domain never reads these rows."""

from django.db import models

from core.rows import OftenWritten
from gateways.protocols import CardOutcome, CardState, StoredCard


class SandboxCharge(OftenWritten):
    txid = models.CharField(max_length=35)
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
        constraints = [
            models.UniqueConstraint(fields=["txid"], name="sandbox_txid_once"),
        ]
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


class SandboxCard(OftenWritten):
    """A card that the acquirer keeps. A real one keeps the number too; the sandbox needs no more than its end."""

    reference = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=64, unique=True)
    brand = models.CharField(max_length=10)
    last4 = models.CharField(max_length=4)
    holder_name = models.CharField(max_length=200)
    expires = models.CharField(max_length=7)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.token

    @property
    def stored(self) -> StoredCard:
        return StoredCard(self.token, self.brand, self.last4, self.holder_name, self.expires)


class SandboxCardOperation(OftenWritten):
    """One call to the acquirer and its answer, which nobody hears before `silent_until`: the time-out."""

    class Kind(models.TextChoices):
        VERIFICATION = "VERIFICATION"
        AUTHORIZATION = "AUTHORIZATION"
        SALE = "SALE"
        CAPTURE = "CAPTURE"
        VOID = "VOID"
        REFUND = "REFUND"

    operation_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=13, choices=Kind.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="follow_ups")
    brand = models.CharField(max_length=10, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in CardState])
    return_code = models.CharField(max_length=3, blank=True)
    authorization_code = models.CharField(max_length=6, blank=True)
    silent_until = models.DateTimeField(null=True)
    review_due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation_id"], name="sandbox_card_operation_id_once"),
        ]
        indexes = [
            models.Index(
                fields=["review_due_at"], name="sandbox_reviews_to_end", condition=models.Q(state="UNDER_REVIEW")
            )
        ]

    def __str__(self) -> str:
        return self.operation_id

    @property
    def nsu(self) -> str:
        """Never given twice, so not within a day either."""
        return f"{self.pk:06d}"

    @property
    def outcome(self) -> CardOutcome:
        return CardOutcome(CardState(self.state), self.return_code, self.nsu, self.authorization_code)


class SandboxChargeback(models.Model):
    case_id = models.CharField(max_length=20, unique=True)
    operation = models.ForeignKey(SandboxCardOperation, on_delete=models.PROTECT, related_name="chargebacks")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason_code = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    won = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.case_id
