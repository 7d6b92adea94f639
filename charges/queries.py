"""Reads of charges, payments and refunds, always through the actor's client."""

from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import Q, QuerySet, Sum

from charges.models import Charge, Payment, Refund
from charges.states import OPEN, ChargeStatus, PaymentOutcome, RefundStatus
from core.actor import Actor
from core.errors import NotFound
from core.money import ZERO
from transactions.models import Operation

Row = TypeVar("Row")
SHOWN = Charge.objects.exclude(status=ChargeStatus.FAILED_CREATION)  # which the network refused before anyone saw it
HOLDING = (RefundStatus.PROCESSING, RefundStatus.COMPLETED)


def charges_for(actor: Actor) -> QuerySet[Charge]:
    """The charges of the actor's client."""
    return seen_by(actor, SHOWN)


def seen_by(actor: Actor, charges: QuerySet[Charge, Row], *conditions: Q) -> QuerySet[Charge, Row]:
    """Those of `charges_for` that meet the conditions, in the form of the query given, such as `SHOWN.values(…)`."""
    return charges.filter(*conditions, client_id=actor.client_id)


def charge_of(actor: Actor, txid: str) -> Charge:
    """Raises NotFound: another client's charge does not exist."""
    charge = charges_for(actor).filter(txid=txid).first()
    if charge is None:
        raise NotFound
    return charge


def with_status(status: str, moment: datetime) -> Q:
    """The condition for a status at a moment: an open charge whose end has passed is EXPIRED, whatever was recorded."""
    if status in OPEN:
        return Q(status=status, expires_at__gt=moment)
    if status == ChargeStatus.EXPIRED:
        return Q(status=status) | Q(status__in=OPEN, expires_at__lte=moment)
    return Q(status=status)


def refunds_for(actor: Actor) -> QuerySet[Refund]:
    return Refund.objects.filter(client_id=actor.client_id)


def refund_of(actor: Actor, refund_id: str) -> Refund:
    """Raises NotFound."""
    refund = refunds_for(actor).select_related("charge", "payment").filter(refund_id=refund_id).first()
    if refund is None:
        raise NotFound
    return refund


def payment_of(actor: Actor, end_to_end_id: str) -> Payment:
    """A Pix that arrived, whatever it did to its charge. Raises NotFound."""
    rows = Payment.objects.filter(client_id=actor.client_id).select_related("charge")
    payment = rows.filter(end_to_end_id=end_to_end_id).first()
    if payment is None:
        raise NotFound
    return payment


def accepted_payment_of(charge: Charge) -> Payment | None:
    return charge.payments.filter(outcome=PaymentOutcome.ACCEPTED).first()


def remaining_of(payment: Payment) -> Decimal:
    """What of a Pix can still be refunded: its amount less what is under way, what went back and what a MED holds."""
    return Operation.objects.get(pk=payment.operation_id).remaining


def returned_of(payment: Payment) -> Decimal:
    """What of a Pix has gone back. In reais."""
    done = payment.refunds.filter(status=RefundStatus.COMPLETED).aggregate(total=Sum("amount"))["total"]
    return done or ZERO
