"""What a captured sale brings and when, and what refunds and disputes do to it (STATES.md 10; API.md 6.6).

The caller holds the order's lock. Rows are locked before the journal's accounts.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, QuerySet

from core import banking_days, clock, money, prepared
from core.actor import BRASILIA
from core.at_hand import remember
from core.money import ZERO
from transactions.actions.journal import between, post_for
from transactions.models import CardPayment, Dispute, Operation, Receivable
from transactions.states import (
    RECEIVABLE_TRANSITIONS,
    STILL_DUE,
    AccountName,
    CardType,
    PaymentType,
    ReceivableStatus,
    moved,
)

MONTH = timedelta(days=30)
BATCH = 200
FEE = """
    SELECT percentage, fixed, refunds_fee FROM transactions_feerule
    WHERE client_id = %(client_id)s AND brand = %(brand)s AND type = %(type)s
        AND installments @> %(installments)s::integer AND valid @> %(day)s::date
"""
CHANGED = ("status", "returned", "returned_fee", "updated_at")


class Fee(NamedTuple):
    """What a sale costs: percent, reais, and whether a refund gives the percentage back."""

    percentage: Decimal
    fixed: Decimal
    refunds_fee: bool


NO_FEE = Fee(ZERO, ZERO, refunds_fee=True)


def schedule(operation: Operation, card: CardPayment) -> None:
    """The receivables of a capture or sale, with the fee of the day. The parts add up to the whole amount and fee."""
    days = list(payment_days(card, clock.today(BRASILIA)))
    terms = fee_of(card, clock.today(BRASILIA))
    fees = money.parts(money.share(operation.amount, terms.percentage), len(days))
    moment = clock.now()
    rows = [
        Receivable(
            client_id=operation.client_id,
            operation=operation,
            number=number,
            of=len(days),
            gross=gross,
            fee=fee + (terms.fixed if number == 1 else ZERO),
            fixed_fee=terms.fixed if number == 1 else ZERO,
            fee_percentage=terms.percentage,
            refunds_fee=terms.refunds_fee,
            pays_on=day,
            created_at=moment,
            updated_at=moment,
        )
        for number, (gross, fee, day) in enumerate(
            zip(money.parts(operation.amount, len(days)), fees, days, strict=True), start=1
        )
    ]
    Receivable.objects.bulk_create(rows)
    remember(operation, "receivables", rows)
    fee = sum((row.fee for row in rows), ZERO)
    moves = {
        AccountName.CLEARING: -operation.amount,
        AccountName.FEE: fee,
        AccountName.RECEIVABLE: operation.amount - fee,
    }
    post_for(operation, "card.captured", moves)


def payment_days(card: CardPayment, day: date) -> Iterator[date]:
    """At sight one after 30 days, financed by the merchant one every 30 days, by the issuer one, of a debit card one on
    the next banking day; each on a banking day."""
    if card.type == CardType.DEBIT:
        yield banking_days.after(day)
        return
    count = card.installments if card.payment_type == PaymentType.MERCHANT else 1
    for number in range(1, count + 1):
        yield banking_days.on_or_after(day + number * MONTH)


def fee_of(card: CardPayment, day: date) -> Fee:
    """By the client's fee table; nothing where it has no line for such a sale."""
    values = {name: getattr(card, name) for name in ("client_id", "brand", "type", "installments")}
    found = prepared.execute(FEE, {**values, "day": day}).fetchone()
    return Fee(*found) if found else NO_FEE


def give_back(operation: Operation, amount: Decimal, *, because: Operation) -> None:
    """Takes a refund or a cancellation from the last installment backwards. What was paid already becomes a debit in
    the next settlement, and so does a fee that is kept."""
    left, fees = amount, ZERO
    for row in _locked(operation).exclude(status__in=(ReceivableStatus.BLOCKED, ReceivableStatus.CANCELLED)):
        gross = min(left, row.open_gross)
        if gross <= ZERO:
            continue
        fee = row.fee_of(gross) if row.refunds_fee else ZERO
        _take(row, gross, fee)
        left, fees = left - gross, fees + fee
    if left:
        raise ValueError(f"{because}: {left} of {amount} was never to be received")
    moves = {
        AccountName.CLEARING: amount,
        AccountName.FEE: -fees,
        AccountName.RECEIVABLE: fees - amount,
    }
    post_for(because, f"card.{because.type.lower()}", moves)


def hold(operation: Operation, dispute: Dispute, amount: Decimal) -> None:
    """A dispute takes `amount` of what remains: receivables are blocked, a part as a row of its own; of what was paid
    already the client's share moves from cash."""
    left = amount
    for row in _locked(operation).filter(status__in=STILL_DUE):
        gross = min(left, row.open_gross)
        if gross > ZERO:
            _block(row, gross, dispute)
            left -= gross
    for row in _locked(operation).filter(status=ReceivableStatus.PAID):
        gross = min(left, row.open_gross)
        if gross > ZERO:
            dispute.from_cash += gross - row.fee_of(gross)
            left -= gross
    dispute.save(update_fields=["from_cash"])
    moves = between(AccountName.CASH, AccountName.DISPUTE, dispute.from_cash)
    excess = between(AccountName.CLEARING, AccountName.DISPUTE_EXCESS, dispute.excess)
    post_for(operation, "dispute.opened", {**moves, **excess})


def release(dispute: Dispute) -> None:
    """Won: what was blocked is due again, what was taken comes back."""
    for row in _held_by(dispute):
        row.dispute = None
        _move(row, ReceivableStatus.SCHEDULED, "dispute")
    moves = between(AccountName.DISPUTE, AccountName.CASH, dispute.from_cash)
    excess = between(AccountName.DISPUTE_EXCESS, AccountName.CLEARING, dispute.excess)
    post_for(dispute.operation, "dispute.won", {**moves, **excess})


def forfeit(dispute: Dispute) -> None:
    """Lost: what was held is gone, and what had been refunded already is paid a second time."""
    blocked = ZERO
    for row in _held_by(dispute):
        blocked += row.net
        _move(row, ReceivableStatus.CANCELLED)
    moves = {
        AccountName.RECEIVABLE: -blocked,
        AccountName.DISPUTE: -dispute.from_cash,
        AccountName.DISPUTE_EXCESS: -dispute.excess,
        AccountName.CLEARING: dispute.excess,
        AccountName.CASH: -dispute.excess,
        AccountName.CHARGEBACK: blocked + dispute.from_cash + dispute.excess,
    }
    post_for(dispute.operation, "dispute.lost", moves)


def settle_due() -> None:
    """Pays what is due, in batches. Several workers may run it at once: each row is taken by one."""
    while _settle_batch() == BATCH:
        pass


def _settle_batch() -> int:
    with transaction.atomic():
        due = (
            Receivable.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("operation__order")
            .filter(status__in=STILL_DUE, pays_on__lte=clock.today(BRASILIA))
            .order_by("client_id", "pays_on", "id")[:BATCH]
        )
        rows = list(due)
        for row in rows:
            row.paid_at = clock.now()
            _move(row, ReceivableStatus.PAID, "paid_at")
        for row in rows:
            post_for(row.operation, "card.settled", between(AccountName.RECEIVABLE, AccountName.CASH, row.net))
        return len(rows)


def _locked(operation: Operation) -> QuerySet[Receivable]:
    """The receivables of a sale, the last first. Debits of earlier refunds are not among them."""
    rows = Receivable.objects.select_for_update().filter(operation=operation, gross__gt=ZERO)
    return rows.order_by("-number", "-part")


def _held_by(dispute: Dispute) -> QuerySet[Receivable]:
    return Receivable.objects.select_for_update().filter(dispute=dispute, status=ReceivableStatus.BLOCKED)


def _take(row: Receivable, gross: Decimal, fee: Decimal) -> None:
    """Takes a part of a receivable; what it cannot give any more is a debit."""
    was_paid = row.status == ReceivableStatus.PAID
    row.returned += gross
    row.returned_fee += fee
    row.updated_at = clock.now()
    if was_paid:
        row.save(update_fields=CHANGED)
        _debit(row, gross=gross, fee=fee)
        return
    kept_fee = -row.net if row.open_gross == ZERO else ZERO
    _move(row, ReceivableStatus.CANCELLED if row.open_gross == ZERO else ReceivableStatus.REDUCED)
    if kept_fee:
        _debit(row, gross=kept_fee, fee=ZERO)


def _debit(row: Receivable, *, gross: Decimal, fee: Decimal) -> None:
    moment = clock.now()
    Receivable.objects.create(
        client_id=row.client_id,
        operation_id=row.operation_id,
        number=row.number,
        part=_next_part(row),
        of=row.of,
        gross=-gross,
        fee=-fee,
        fee_percentage=row.fee_percentage,
        refunds_fee=row.refunds_fee,
        pays_on=banking_days.after(clock.today(BRASILIA)),
        created_at=moment,
        updated_at=moment,
    )


def _block(row: Receivable, gross: Decimal, dispute: Dispute) -> None:
    """Blocks a receivable as a whole, or a part of it as a row of its own."""
    if gross == row.open_gross:
        row.dispute = dispute
        _move(row, ReceivableStatus.BLOCKED, "dispute")
        return
    fee, moment = row.fee_of(gross), clock.now()
    row.gross, row.fee, row.updated_at = row.gross - gross, row.fee - fee, moment
    row.save(update_fields=["gross", "fee", "updated_at"])
    Receivable.objects.create(
        client_id=row.client_id,
        operation_id=row.operation_id,
        number=row.number,
        part=_next_part(row),
        of=row.of,
        status=ReceivableStatus.BLOCKED,
        gross=gross,
        fee=fee,
        fee_percentage=row.fee_percentage,
        refunds_fee=row.refunds_fee,
        pays_on=row.pays_on,
        dispute=dispute,
        created_at=row.created_at,
        updated_at=moment,
    )


def _next_part(row: Receivable) -> int:
    parts = Receivable.objects.filter(operation_id=row.operation_id, number=row.number)
    return int(parts.aggregate(last=Max("part"))["last"]) + 1


def _move(row: Receivable, status: ReceivableStatus, *fields: str) -> None:
    before = ReceivableStatus(row.status)
    row.status = before if before is status else moved(RECEIVABLE_TRANSITIONS, before, status)
    row.updated_at = clock.now()
    row.save(update_fields=[*CHANGED, *fields])
