"""Conditions on payments by card and orders that both doors filter by."""

from django.db.models import F, Q

from core.money import ZERO
from transactions.states import CardFlag

HAS_FLAG: dict[str, Q] = {
    CardFlag.PARTIALLY_REFUNDED.value: Q(refunded_amount__gt=ZERO, refunded_amount__lt=F("captured_amount")),
    CardFlag.CHARGEBACK.value: Q(charged_back_amount__gt=ZERO),
}
TO_CAPTURE, CAPTURED = "TO_CAPTURE", "CAPTURED"
IN_STATE: dict[str, Q] = {TO_CAPTURE: Q(capturable_amount__gt=ZERO), CAPTURED: Q(captured_amount__gt=ZERO)}
