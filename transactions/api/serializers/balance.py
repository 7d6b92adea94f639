"""What a request about the balance, the installments and the statement may look like (API.md 6.6 and 6.8)."""

from collections.abc import Iterable
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.api.fields import Choice, Text
from core.api.lists import ListQuery, When, read_period
from core.errors import InvalidParameters, Violation
from transactions.states import CardStatus, CardType, PaymentType, ReceivableStatus

PAYMENT_DATES = ("paymentInitialDate", "paymentEndDate")


class EntryQuery(ListQuery):
    date_fields: ClassVar[dict[str, str]] = {"CREATED": "created_at"}

    dateField = Choice(("CREATED",), required=False)


class ReceivableQuery(ListQuery):
    """The dates are those of the sale or capture."""

    date_fields = {"CREATED": "created_at", "PAID": "paid_at", "UPDATED": "updated_at"}

    dateField = Choice(("CREATED", "PAID", "UPDATED"), required=False, help_text=_("CREATED when absent"))


class InstallmentQuery(ReceivableQuery):
    exact = ("nsu",)

    paymentInitialDate = When(required=False, help_text=_("With paymentEndDate it makes the other dates unnecessary"))
    paymentEndDate = When(required=False, help_text=_("Inclusive, at most 366 days later"))
    nsu = Text(required=False, max_length=12, help_text=_("Makes the dates unnecessary"))
    paymentType = Choice((*PaymentType.values, CardType.DEBIT.value), required=False)

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        yield from super().violations(attrs)
        sent = [name for name in PAYMENT_DATES if attrs.get(name) is not None]
        if len(sent) == 1:
            yield Violation(next(name for name in PAYMENT_DATES if name not in sent), _("is required"))

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return super().has_exact(attrs) or any(attrs.get(name) is not None for name in PAYMENT_DATES)

    @classmethod
    def in_zone(cls, values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
        """With `period` and `payment_days`."""
        return {**super().in_zone(values, zone), "payment_days": payment_days(values, zone)}


class StatementQuery(ReceivableQuery):
    status = Choice(tuple(CardStatus.values), required=False, help_text=_("Of the transaction"))
    paymentStatus = Choice(tuple(ReceivableStatus.values), required=False)


def payment_days(values: dict[str, Any], zone: ZoneInfo) -> Q:
    if values.get("paymentInitialDate") is None:
        return Q()
    try:
        period = read_period(values["paymentInitialDate"], values["paymentEndDate"], zone)
    except InvalidParameters as error:
        renamed = dict(zip(("initialDate", "endDate"), PAYMENT_DATES, strict=True))
        raise InvalidParameters(*(Violation(renamed[each.path], each.sentence) for each in error.violations)) from error
    days = (period.start.astimezone(zone).date(), period.end.astimezone(zone).date())
    return Q(pays_on__range=days)
