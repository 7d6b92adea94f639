"""Payments by card, the cards that the acquirer keeps for a client, and the terminals of its shops."""

from django.db import models
from django.db.models import F, Q

from core import cards
from core.audit import track, transitions
from core.cards import Brand
from core.money import ZERO
from core.rows import OftenWritten
from transactions.models.orders import Operation, reais
from transactions.states import (
    CARD_TRANSITIONS,
    CONTRACT_TRANSITIONS,
    CardFlag,
    CardStatus,
    CardType,
    ContractStatus,
    PaymentType,
)

BRANDS = [(brand.value, brand.value.title()) for brand in Brand]


@track()
class Terminal(models.Model):
    """A card machine of a client's shop."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="terminals")
    terminal_id = models.CharField(max_length=8)
    serial = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["terminal_id"]
        constraints = [models.UniqueConstraint(fields=["client", "terminal_id"], name="terminal_id_once")]

    def __str__(self) -> str:
        return self.name


@track()
class Contract(models.Model):
    """A card that the acquirer keeps, with the holder's consent to be charged without being present. `token` is what
    merchants pay with, `gateway_token` what the acquirer knows."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    contract_id = models.CharField(max_length=36, unique=True)
    token = models.CharField(max_length=36, unique=True)
    gateway_token = models.CharField(max_length=64, blank=True)
    customer_id = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=ContractStatus.choices, default=ContractStatus.NEW)
    brand = models.CharField(max_length=12, choices=BRANDS)
    last4 = models.CharField(max_length=4)
    holder_name = models.CharField(max_length=100, blank=True)
    expires = models.CharField(max_length=7, blank=True)
    consent_at = models.DateTimeField()
    consent_ip = models.GenericIPAddressField(null=True)
    consent_by_holder = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    token_deleted_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index("client", F("created_at").desc(), F("id").desc(), name="contracts_newest_first"),
            models.Index(fields=["client", "customer_id"], name="contracts_by_customer"),
            models.Index(
                fields=["token_deleted_at"],
                name="cards_to_forget",
                condition=Q(token_deleted_at__isnull=False, forgotten_at=None),
            ),
        ]
        triggers = [transitions("status", CONTRACT_TRANSITIONS)]

    def __str__(self) -> str:
        return self.contract_id

    @property
    def masked_number(self) -> str:
        return cards.masked(self.last4)


class CardPayment(OftenWritten):
    """What the contract calls a card transaction: one payment by card, known by the id of the operation that began it.

    `status` is a function of its operations (`actions.payments.status_of`), kept here for lists.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    operation = models.OneToOneField(Operation, on_delete=models.PROTECT, related_name="card")
    status = models.CharField(max_length=12, choices=CardStatus.choices, default=CardStatus.PENDING)
    amount = reais()
    captured_amount = reais(default=ZERO)
    refunded_amount = reais(default=ZERO)
    charged_back_amount = reais(default=ZERO)
    type = models.CharField(max_length=6, choices=CardType.choices, default=CardType.CREDIT)
    payment_type = models.CharField(max_length=17, choices=PaymentType.choices)
    installments = models.PositiveSmallIntegerField()
    brand = models.CharField(max_length=12, choices=BRANDS)
    last4 = models.CharField(max_length=4)
    holder_name = models.CharField(max_length=100)
    expires = models.CharField(max_length=7)
    soft_descriptor = models.CharField(max_length=13, blank=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, related_name="payments")
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=20, blank=True)  # PAYMENT_LINK or RECURRENCE: announced under their own type
    user_reference = models.CharField(max_length=77, blank=True)
    captures_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type=CardType.CREDIT)
                | Q(type=CardType.DEBIT, installments=1, payment_type=PaymentType.AT_SIGHT),
                name="debit_cards_pay_at_sight",
            ),
            models.CheckConstraint(
                condition=Q(installments=1, payment_type=PaymentType.AT_SIGHT)
                | Q(installments__range=(2, 12)) & ~Q(payment_type=PaymentType.AT_SIGHT),
                name="installments_of_their_payment_type",
            ),
        ]
        indexes = [
            models.Index("client", F("created_at").desc(), F("id").desc(), name="cards_newest_first"),
            models.Index("client", "status", F("created_at").desc(), name="cards_by_status"),
            models.Index("client", "last4", F("created_at").desc(), name="cards_by_last4"),
            models.Index("client", "user_reference", F("created_at").desc(), name="cards_by_reference"),
            models.Index("client", F("updated_at").desc(), name="cards_by_change"),
            models.Index(fields=["captures_until"], name="cards_to_lapse", condition=Q(captures_until__isnull=False)),
        ]
        triggers = [transitions("status", CARD_TRANSITIONS)]

    def __str__(self) -> str:
        return f"{self.brand} {self.masked_number}"

    @property
    def masked_number(self) -> str:
        return cards.masked(self.last4)

    @property
    def is_authorization_only(self) -> bool:
        return self.status == CardStatus.APPROVED and self.captured_amount == ZERO

    @property
    def flags(self) -> list[CardFlag]:
        partly = ZERO < self.refunded_amount < self.captured_amount
        return [
            *([CardFlag.PARTIALLY_REFUNDED] if partly else []),
            *([CardFlag.CHARGEBACK] if self.charged_back_amount > ZERO else []),
        ]
