"""The answers about recurrences (API.md 6.6) as the OpenAPI document shows them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown
from transactions.api.shapes.cards import DayShown, ShownCard
from transactions.states import Frequency, RecurrenceStatus, RecurrenceType, ScheduleStatus


class ScheduleShown(Shown):
    scheduleId = TextShown()
    recurrenceId = TextShown()
    number = NumberShown()
    date = DayShown()
    amount = Amount()
    status = TextShown(names=tuple(ScheduleStatus.values))
    transactionId = TextShown(allow_null=True, help_text=_("Of the last attempt"))
    returnCode = TextShown(allow_null=True)


class PayingCustomerShown(Shown):
    name = TextShown()
    document = TextShown()


class RecurrenceListedShown(Shown):
    recurrenceId = TextShown(example="rec_k3v9w0x1y2z3a4b5c6d7e8f9g0h1")
    contractId = TextShown()
    token = TextShown(allow_null=True)
    status = TextShown(names=tuple(RecurrenceStatus.values))
    reason = TextShown(allow_null=True, help_text=_("Why it ended"))
    type = TextShown(names=tuple(RecurrenceType.values))
    recurrenceFrequency = TextShown(names=tuple(Frequency.values))
    firstTransactionDate = DayShown()
    numberInstallments = NumberShown(allow_null=True, help_text=_("The number of charges; null when INDETERMINATE"))
    amount = Amount()
    maximumFailedAttempts = NumberShown()
    card = ShownCard()
    customer = PayingCustomerShown()
    customerId = TextShown()
    description = TextShown(allow_null=True)
    userReference = TextShown(allow_null=True)
    createdAt = MomentShown()
    updatedAt = MomentShown()
    endedAt = MomentShown(allow_null=True)


class RecurrenceShown(RecurrenceListedShown):
    schedules = serializers.ListField(child=ScheduleShown(), help_text=_("In the order in which they are charged"))
