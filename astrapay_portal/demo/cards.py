"""Sales by card over 90 days, online and at terminals, in every state, with their receivables; written by COPY."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from string import digits
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model
from psycopg.types.json import Jsonb

from accounts.models import Client
from astrapay_portal.demo.names import Debtor, debtors, drawn
from astrapay_portal.demo.people import operator_of
from astrapay_portal.demo.rows import Row, copy, reserve_ids, template
from astrapay_portal.demo.shops import BRANDS, make_fees, make_terminals
from core import cards, clock, money
from core.actor import BRASILIA
from core.cards import Brand
from core.money import ZERO
from transactions.actions.receivables import payment_days
from transactions.models import CardPayment, FeeRule, Operation, Order, Receivable, Terminal
from transactions.states import (
    CardStatus,
    CardType,
    OperationChannel,
    OperationResult,
    OperationType,
    PaymentMethod,
    PaymentType,
    ReceivableStatus,
)
from webhooks.models import Event

T = TypeVar("T")

DAYS = 90
FATES = {"approved": 80, "denied": 10, "refunded": 3, "partly": 4, "authorized": 3}


@dataclass(frozen=True, slots=True)
class Sale:
    """What is invented of a sale, before it becomes rows. `returned` is what a refund on the same day took."""

    at: datetime
    holder: Debtor
    brand: str
    terminal: Terminal | None
    type: CardType
    amount: Decimal
    installments: int
    fate: str
    returned: Decimal
    reference: str

    @property
    def is_taken(self) -> bool:
        return self.fate not in ("denied", "authorized")

    @property
    def channel(self) -> OperationChannel:
        return OperationChannel.POS if self.terminal else OperationChannel.ECOMMERCE

    @property
    def kind(self) -> OperationType:
        return OperationType.PREAUTHORIZATION if self.fate == "authorized" else OperationType.DEBIT

    @property
    def result(self) -> OperationResult:
        if self.fate == "denied":
            return OperationResult.DECLINED
        return OperationResult.AUTHORIZED if self.fate == "authorized" else OperationResult.EXECUTED

    @property
    def status(self) -> CardStatus:
        if self.fate == "denied":
            return CardStatus.DENIED
        return CardStatus.CANCELLED if self.returned == self.amount else CardStatus.APPROVED

    @property
    def payment_type(self) -> PaymentType:
        return PaymentType.AT_SIGHT if self.installments == 1 else PaymentType.MERCHANT


class CardWriter:
    """Makes and copies the sales of one client. With `events` the timelines are written too."""

    def __init__(self, client: Client, count: int, *, seed: int, events: bool) -> None:
        self.count, self.events = count, events
        self.chance = random.Random(f"cards{seed}")  # noqa: S311 - the same data each time
        self.terminals = make_terminals(client)
        self.operator = operator_of(client)
        make_fees(client)
        self.holders = debtors(self.chance, min(2000, max(40, count // 4)))
        self.now, self.today = clock.now(), clock.today(BRASILIA)
        self.fees = {
            (rule.brand, rule.type, installments): rule.percentage
            for rule in FeeRule.objects.filter(client=client)
            for installments in range(rule.installments.lower, rule.installments.upper)
        }
        self.order_row = template(Order, client=client, payment_method=PaymentMethod.CARD)
        self.operation_row = template(Operation, client=client, created_by="demo", door="API")
        self.payment_row = template(CardPayment, client=client, version=1)
        self.receivable_row = template(Receivable, client=client)
        self.event_row = template(Event, client=client, object_type="card")
        self.rows: dict[type[Model], list[Row]] = {}

    def write(self, batch_size: int = 20_000) -> None:
        with connection.cursor() as cursor:
            self.ids = {model: iter(reserve_ids(cursor, model, 2 * self.count)) for model in (Order, Operation)}
            moments = self.moments()
            while sales := [self.sale(moment) for moment in islice(moments, batch_size)]:
                self.rows = {model: [] for model in (Order, Operation, CardPayment, Receivable, Event)}
                for sale in sales:
                    self.add(sale)
                for model, rows in self.rows.items():
                    copy(cursor, model, rows)

    def moments(self) -> Iterator[datetime]:
        """Oldest first, spread evenly with some chance in them."""
        step = timedelta(days=DAYS) / self.count
        for position in range(self.count, 0, -1):
            yield clock.cut(self.now - step * (position - self.chance.random() * 0.9))

    def weighted(self, choices: Mapping[T, int]) -> T:
        return self.chance.choices(list(choices), list(choices.values()))[0]

    def sale(self, moment: datetime) -> Sale:
        chance, brand, fate = self.chance, self.weighted(BRANDS), self.weighted(FATES)
        terminal = chance.choice(self.terminals) if chance.random() < 0.4 else None
        is_debit = terminal is not None and brand != Brand.AMEX and chance.random() < 0.5
        amount = Decimal(chance.randint(20, 10 ** chance.randint(2, 4)) * 100 + chance.choice((0, 50, 90, 99))) / 100
        if (is_debit and fate != "denied") or (fate == "authorized" and moment < self.now - timedelta(days=6)):
            fate = "approved"
        returned = {"refunded": amount, "partly": money.with_cents(amount / 4)}.get(fate, ZERO)
        return Sale(
            at=moment,
            holder=chance.choice(self.holders),
            brand=brand,
            terminal=terminal,
            type=CardType.DEBIT if is_debit else CardType.CREDIT,
            amount=amount,
            installments=1 if is_debit or amount < 60 else chance.choice((1, 1, 1, 2, 3, 3, 6, 10, 12)),
            fate=fate,
            returned=returned,
            reference=f"pedido-{chance.randint(10_000, 99_999)}",
        )

    def add(self, sale: Sale) -> None:
        order = self.order(sale)
        payment = self.operation(sale, order)
        self.rows[Order].append(order)
        self.rows[Operation].append(payment)
        self.rows[CardPayment].append(self.card(sale, payment))
        self.tell(payment, "denied" if sale.fate == "denied" else "approved", 1, payment)
        if sale.is_taken:
            self.rows[Receivable] += self.receivables(sale, payment)
        if sale.returned:
            refund = self.refund(sale, payment)
            self.rows[Operation].append(refund)
            self.tell(payment, "refunded", 2, refund)

    def order(self, sale: Sale) -> Row:
        return {
            **self.order_row,
            "id": next(self.ids[Order]),
            "order_id": f"ord_{drawn(self.chance, 28)}",
            "channel": sale.channel.value,
            "amount": sale.amount,
            "authorized_amount": ZERO if sale.fate == "denied" else sale.amount,
            "captured_amount": sale.amount if sale.is_taken else ZERO,
            "capturable_amount": sale.amount if sale.fate == "authorized" else ZERO,
            "refunded_amount": sale.returned,
            "user_reference": sale.reference,
            "customer_name": "" if sale.terminal else sale.holder.name,
            "customer_document": "" if sale.terminal else sale.holder.document,
            "last_operation_type": (OperationType.REFUND if sale.returned else sale.kind).value,
            "last_operation_at": sale.at,
            "created_at": sale.at,
            "updated_at": sale.at,
        }

    def operation(self, sale: Sale, order: Row) -> Row:
        return {
            **self.operation_row,
            "id": next(self.ids[Operation]),
            "order_id": order["id"],
            "operation_id": str(UUID(int=self.chance.getrandbits(128), version=4)),
            "type": sale.kind.value,
            "result": sale.result.value,
            "amount": sale.amount,
            "refunded_amount": sale.returned,
            "channel": sale.channel.value,
            "payment_circuit": sale.brand,
            "payment_instrument": cards.masked(drawn(self.chance, 4, digits)),
            "nsu": drawn(self.chance, 9, digits),
            "authorization_code": "" if sale.fate == "denied" else drawn(self.chance, 6).upper(),
            "return_code": self.chance.choice(("05", "51", "57")) if sale.fate == "denied" else "00",
            "created_at": sale.at,
            "updated_at": sale.at,
            "settled_at": sale.at,
        }

    def refund(self, sale: Sale, payment: Row) -> Row:
        at = min(sale.at + timedelta(minutes=self.chance.randint(5, 300)), self.now)
        return {
            **payment,
            "id": next(self.ids[Operation]),
            "operation_id": str(UUID(int=self.chance.getrandbits(128), version=4)),
            "type": OperationType.REFUND.value,
            "result": OperationResult.EXECUTED.value,
            "amount": sale.returned,
            "refunded_amount": ZERO,
            "channel": OperationChannel.BACKOFFICE.value,
            "nsu": drawn(self.chance, 9, digits),
            "authorization_code": "",
            "memo": "Item em falta",
            "payment_id": payment["id"],
            "parent_id": payment["id"],
            "created_by": self.operator,
            "door": "PORTAL",
            "created_at": at,
            "updated_at": at,
            "settled_at": at,
        }

    def card(self, sale: Sale, payment: Row) -> Row:
        return {
            **self.payment_row,
            "operation_id": payment["id"],
            "status": sale.status.value,
            "amount": sale.amount,
            "captured_amount": sale.amount if sale.is_taken else ZERO,
            "refunded_amount": sale.returned,
            "type": sale.type.value,
            "payment_type": sale.payment_type.value,
            "installments": sale.installments,
            "brand": sale.brand,
            "last4": payment["payment_instrument"][-4:],
            "holder_name": sale.holder.name.upper()[:100],
            "expires": f"{self.today.year + self.chance.randint(1, 6)}-{self.chance.randint(1, 12):02}",
            "terminal_id": sale.terminal.pk if sale.terminal else None,
            "user_reference": sale.reference,
            "captures_until": sale.at + timedelta(days=7) if sale.fate == "authorized" else None,
            "created_at": sale.at,
            "updated_at": payment["settled_at"],
            "approved_at": None if sale.fate == "denied" else sale.at,
        }

    def receivables(self, sale: Sale, payment: Row) -> list[Row]:
        """The last first, since a refund takes from the end."""
        plan = CardPayment(type=sale.type, payment_type=sale.payment_type, installments=sale.installments)
        days = list(payment_days(plan, sale.at.astimezone(BRASILIA).date()))
        percentage = self.fees[sale.brand, sale.type, sale.installments]
        fees = money.parts(money.share(sale.amount, percentage), len(days))
        left, rows = sale.returned, []
        parts = list(zip(money.parts(sale.amount, len(days)), fees, days, strict=True))
        for number in range(len(days), 0, -1):
            gross, fee, day = parts[number - 1]
            returned = min(left, gross)
            left -= returned
            rows.append(
                self.receivable(
                    payment,
                    number,
                    of=len(days),
                    fee_percentage=percentage,
                    gross=gross,
                    fee=fee,
                    day=day,
                    returned=returned,
                )
            )
        return rows

    def receivable(
        self,
        payment: Row,
        number: int,
        *,
        gross: Decimal,
        fee: Decimal,
        day: date,
        returned: Decimal,
        **facts: object,
    ) -> Row:
        is_paid = day <= self.today and returned < gross
        status = ReceivableStatus.REDUCED if returned else ReceivableStatus.SCHEDULED
        if returned == gross:
            status = ReceivableStatus.CANCELLED
        return {
            **self.receivable_row,
            "operation_id": payment["id"],
            "number": number,
            "status": (ReceivableStatus.PAID if is_paid else status).value,
            "gross": gross,
            "fee": fee,
            "returned": returned,
            "returned_fee": fee if returned == gross else money.with_cents(fee * returned / gross),
            "pays_on": day,
            "created_at": payment["created_at"],
            "updated_at": payment["created_at"],
            "paid_at": clock.day_start(day, BRASILIA) if is_paid else None,
            **facts,
        }

    def tell(self, payment: Row, name: str, version: int, about: Row) -> None:
        if not self.events:
            return
        self.rows[Event].append(
            {
                **self.event_row,
                "event_id": f"msg_{payment['operation_id'].replace('-', '')[:27]}{version}",
                "name": f"card.{name}",
                "object_id": payment["operation_id"],
                "version": version,
                "facts": Jsonb({"amount": f"{about['amount']:.2f}", "operationId": about["operation_id"]}),
                "actor": about["created_by"],
                "channel": about["door"],
                "created_at": about["created_at"],
            }
        )
