"""What a client will be paid for sales by card, and what it pays for them."""

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import money
from core.audit import track, transitions
from core.money import ZERO
from core.rows import OftenWritten
from transactions.models.cards import BRANDS
from transactions.models.orders import Operation, reais
from transactions.states import RECEIVABLE_TRANSITIONS, CardType, ReceivableStatus


@track()
class FeeRule(models.Model):
    """A line of a client's fee table. Of two lines for the same sale on the same day the database refuses one.

    `refunds_fee`: the percentage of a refunded share is given back; `fixed` never is.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="fee_rules")
    brand = models.CharField(_("brand"), max_length=12, choices=BRANDS)
    type = models.CharField(_("type"), max_length=6, choices=CardType.choices)
    installments = IntegerRangeField(_("installments"))
    valid = DateRangeField(_("valid"))
    percentage = models.DecimalField(_("percentage"), max_digits=5, decimal_places=2)
    fixed = reais(verbose_name=_("fixed amount"), default=ZERO)
    refunds_fee = models.BooleanField(_("gives the fee of a refund back"), default=True)

    class Meta:
        ordering = ["client", "brand", "type", "installments"]
        verbose_name = _("fee")
        constraints = [
            models.CheckConstraint(
                condition=Q(percentage__gte=ZERO, percentage__lt=Decimal(100), fixed__gte=ZERO),
                name="fee_in_range",
            ),
            ExclusionConstraint(
                name="one_fee_for_each_sale",
                expressions=[
                    ("client", RangeOperators.EQUAL),
                    ("brand", RangeOperators.EQUAL),
                    ("type", RangeOperators.EQUAL),
                    ("installments", RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.type} {self.installments}: {self.percentage} %"


class Receivable(OftenWritten):
    """A part of a captured sale that is paid on `pays_on`, less its fee. Amounts in reais.

    `returned` is what refunds took of `gross`. A part held by a dispute is a row of its own (`part` 1 and above), so
    that each row has one state. A refund of what was paid already is a row with a negative gross, taken from the next
    settlement.
    """

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, db_index=False, related_name="receivables")
    number = models.PositiveSmallIntegerField()
    part = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=9, choices=ReceivableStatus.choices, default=ReceivableStatus.SCHEDULED)
    gross = reais()
    fee = reais()
    fixed_fee = reais(default=ZERO)
    fee_percentage = models.DecimalField(max_digits=5, decimal_places=2)
    refunds_fee = models.BooleanField(default=True)
    returned = reais(default=ZERO)
    returned_fee = reais(default=ZERO)
    pays_on = models.DateField()
    dispute = models.ForeignKey("Dispute", on_delete=models.PROTECT, null=True, related_name="receivables")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["operation", "number", "part"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "number", "part"], name="a_part_once"),
            models.CheckConstraint(
                condition=Q(gross__lt=ZERO) | Q(returned__gte=ZERO, returned__lte=F("gross")),
                name="returned_within_receivable",
            ),
        ]
        indexes = [
            models.Index("client", F("created_at").desc(), F("id").desc(), name="receivables_newest_first"),
            models.Index("client", "pays_on", "id", name="receivables_by_payment"),
            models.Index(
                fields=["pays_on"], name="receivables_to_pay", condition=Q(status__in=("SCHEDULED", "REDUCED"))
            ),
        ]
        triggers = [transitions("status", RECEIVABLE_TRANSITIONS)]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.number}/{self.of}"

    @property
    def open_gross(self) -> Decimal:
        """What refunds left of it."""
        return self.gross - self.returned

    @property
    def net(self) -> Decimal:
        """What is or was paid: what refunds left, less its fee. Nothing of a cancelled one."""
        if self.status == ReceivableStatus.CANCELLED:
            return ZERO
        return self.open_gross - (self.fee - self.returned_fee)

    def fee_of(self, gross: Decimal) -> Decimal:
        """The share of the fee, less its fixed amount, that belongs to a part of what is still open."""
        kept = self.fee - self.fixed_fee - self.returned_fee
        return kept if gross == self.open_gross else money.with_cents(kept * gross / self.open_gross)
