"""A Pix charge, the Pix that arrived for it, and the refunds that went back."""

from datetime import datetime
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q

from charges import limits
from charges.states import (
    CHARGE_TRANSITIONS,
    OPEN,
    REFUND_TRANSITIONS,
    ChargeStatus,
    PaymentOutcome,
    RefundNature,
    RefundReason,
    RefundStatus,
    status_at,
)
from core import clock
from core.actor import Channel
from core.audit import track, transitions
from core.money import LARGEST
from core.rows import OftenWritten
from transactions.queries.availability import PIX_IS_REFUNDABLE_FOR


@track(exclude=["order"])
class Charge(OftenWritten):
    """A dynamic Pix charge. `status` is what was recorded; `status_at` adds the clock, which needs no job."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    order = models.OneToOneField("transactions.Order", on_delete=models.PROTECT, related_name="+")
    txid = models.CharField(max_length=35)
    location_token = models.CharField(max_length=40)
    status = models.CharField(max_length=20, choices=ChargeStatus.choices, default=ChargeStatus.CREATED)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    description = models.CharField(max_length=140, blank=True)
    user_reference = models.CharField(max_length=77, blank=True)
    payer_request = models.CharField(max_length=140, blank=True)
    additional_information = models.JSONField(default=list, blank=True)
    debtor_name = models.CharField(max_length=200, blank=True)
    debtor_document = models.CharField(max_length=14, blank=True)
    validate_debtor = models.BooleanField(default=False)
    receiver_key = models.CharField(max_length=77)
    pix_copy_and_paste = models.CharField(max_length=512, blank=True)
    origin = models.CharField(max_length=20, blank=True)
    expires_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    failure = models.CharField(max_length=200, blank=True)
    needs_attention = models.BooleanField(default=False)
    next_look_up_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=[(channel.value, channel.value) for channel in Channel])
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["location_token"], name="location_token_once"),
            models.UniqueConstraint(fields=["txid"], name="txid_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=LARGEST), name="charge_amount_in_range"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="charge_ends_after_creation"
            ),
        ]
        indexes = [
            models.Index("client", models.F("created_at").desc(), models.F("id").desc(), name="charges_newest_first"),
            models.Index("client", "status", models.F("created_at").desc(), name="charges_by_status"),
            models.Index(
                "client", models.F("paid_at").desc(), name="charges_by_payment", condition=Q(paid_at__isnull=False)
            ),
            models.Index("client", models.F("updated_at").desc(), name="charges_by_change"),
            models.Index("client", "debtor_document", models.F("created_at").desc(), name="charges_by_debtor"),
            models.Index("client", "user_reference", models.F("created_at").desc(), name="charges_by_reference"),
            models.Index(fields=["expires_at"], name="charges_to_expire", condition=Q(status__in=OPEN)),
            models.Index(
                fields=["next_look_up_at"], name="charges_to_look_up", condition=Q(next_look_up_at__isnull=False)
            ),
        ]
        triggers = [transitions("status", CHARGE_TRANSITIONS)]

    def __str__(self) -> str:
        return self.txid

    def status_at(self, moment: datetime) -> ChargeStatus:
        """The status at a moment: what was open and whose end has passed is EXPIRED, whether or not a job said so."""
        return status_at(self.status, self.expires_at, moment)

    @property
    def current_status(self) -> ChargeStatus:
        return self.status_at(clock.now())

    @property
    def expiration_seconds(self) -> int:
        return limits.expiration(self.created_at, self.expires_at)


@track(exclude=["operation"])
class Payment(OftenWritten):
    """A Pix that arrived for a charge. Only an ACCEPTED one pays it; every other is returned in full by itself."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="payments")
    operation = models.OneToOneField("transactions.Operation", on_delete=models.PROTECT, related_name="+")
    end_to_end_id = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    payer_document = models.CharField(max_length=14, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=16, choices=PaymentOutcome.choices)
    settled_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "end_to_end_id"], name="a_pix_once_for_each_receiver"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(outcome=PaymentOutcome.ACCEPTED), name="a_charge_is_paid_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id

    @property
    def refundable_until(self) -> datetime:
        return self.settled_at + PIX_IS_REFUNDABLE_FOR


REFUNDS_WITHIN_PAYMENT = pgtrigger.Trigger(
    name="refunds_within_payment",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("amount", "status"),  # type: ignore[no-untyped-call]
    declare=[("paid", "numeric"), ("taken", "numeric")],
    func="""
        SELECT amount INTO paid FROM charges_payment WHERE id = NEW.payment_id FOR UPDATE;
        SELECT COALESCE(SUM(amount), 0) INTO taken FROM charges_refund
            WHERE payment_id = NEW.payment_id AND status IN ('PROCESSING', 'COMPLETED') AND id IS DISTINCT FROM NEW.id;
        IF NEW.status IN ('PROCESSING', 'COMPLETED') AND taken + NEW.amount > paid THEN
            RAISE EXCEPTION 'refunds of payment % would exceed it', NEW.payment_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


@track(exclude=["operation"])
class Refund(models.Model):
    """A return of one Pix, in whole or in part. Its amount is held from the moment it is asked for."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    operation = models.OneToOneField("transactions.Operation", on_delete=models.PROTECT, related_name="+")
    refund_id = models.CharField(max_length=35, unique=True)
    merchant_refund_id = models.CharField(max_length=35, null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=10, choices=RefundStatus.choices, default=RefundStatus.PROCESSING)
    status_reason = models.CharField(max_length=5, choices=RefundReason.choices, blank=True)
    nature = models.CharField(max_length=20, choices=RefundNature.choices, default=RefundNature.ORIGINAL)
    return_reason = models.CharField(max_length=16, choices=PaymentOutcome.choices, blank=True)
    description = models.CharField(max_length=140, blank=True)
    devolution_end_to_end_id = models.CharField(max_length=32, blank=True)
    awaits_approval = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    x_transaction_id = models.UUIDField(null=True)
    created_by = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=[(channel.value, channel.value) for channel in Channel])
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "merchant_refund_id"],
                condition=Q(merchant_refund_id__isnull=False),
                name="merchant_refund_id_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=Decimal(0)), name="refund_amount_positive"),
        ]
        indexes = [
            models.Index("client", models.F("created_at").desc(), models.F("id").desc(), name="refunds_newest_first"),
            models.Index(
                fields=["next_attempt_at"], name="refunds_to_send", condition=Q(next_attempt_at__isnull=False)
            ),
        ]
        triggers = [transitions("status", REFUND_TRANSITIONS), REFUNDS_WITHIN_PAYMENT]

    def __str__(self) -> str:
        return self.refund_id
