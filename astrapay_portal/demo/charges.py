"""Charges of every status over 90 days, written by COPY."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.db import connection
from psycopg.types.json import Jsonb

from accounts.models import Client
from astrapay_portal.demo.names import Debtor, debtors, drawn
from astrapay_portal.demo.people import operator_of
from astrapay_portal.demo.rows import Row, copy, follow_ids, reserve_ids, template
from charges.backfill import ORDER_CHARGES
from charges.brcode.tlv import CRC_HEADER, sealed
from charges.codes import dynamic_code
from charges.models import Charge, Payment, Refund
from charges.states import ChargeStatus, PaymentOutcome, RefundNature, RefundStatus
from core import clock
from transactions.models import Operation, Order
from webhooks.models import Event

DAYS = 90
LIFE = timedelta(hours=1)
WEIGHTS = {
    ChargeStatus.PAID: 68,
    ChargeStatus.EXPIRED: 14,
    ChargeStatus.PARTIALLY_REFUNDED: 5,
    ChargeStatus.REFUNDED: 5,
    ChargeStatus.CANCELLED: 5,
    ChargeStatus.ACTIVE: 3,
}
STATUSES = random.Random(0).choices(list(WEIGHTS), list(WEIGHTS.values()), k=1000)  # noqa: S311 - the same each time
# How many events lie behind a charge (`Writer.timeline`).
VERSIONS = {
    ChargeStatus.ACTIVE: 1,
    ChargeStatus.PAID: 2,
    ChargeStatus.EXPIRED: 2,
    ChargeStatus.CANCELLED: 2,
    ChargeStatus.PARTIALLY_REFUNDED: 4,
    ChargeStatus.REFUNDED: 4,
}
DESCRIPTIONS = (
    "Pedido da loja on-line, Mensalidade, Consulta, Assinatura anual, Livros didáticos, Frete expresso, Encomenda"
).split(", ")
PAID = (ChargeStatus.PAID, ChargeStatus.PARTIALLY_REFUNDED, ChargeStatus.REFUNDED)
TOKEN = "0" * 32


@dataclass(slots=True)
class Following:
    """What is to be written after the charges that it follows from."""

    payments: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)


class Writer:
    """Makes and copies the charges of one client. With `events` the timelines are written too."""

    def __init__(self, client: Client, count: int, *, seed: int, events: bool) -> None:
        self.count, self.events = count, events
        self.chance = random.Random(seed)  # noqa: S311 - the same data each time
        self.known = debtors(self.chance, min(4000, max(60, count // 5)))
        self.now = clock.now()
        code = dynamic_code(Charge(client=client, location_token=TOKEN))
        self.code_before, self.code_after = code[: code.index(CRC_HEADER, -8)].split(TOKEN)
        self.charge_row = template(Charge, client=client, receiver_key=client.pix_key, created_by="demo", channel="API")
        self.payment_row = template(Payment, client=client, outcome=PaymentOutcome.ACCEPTED)
        self.refund_row = template(
            Refund,
            client=client,
            status=RefundStatus.COMPLETED,
            nature=RefundNature.ORIGINAL,
            description="Item em falta",
            created_by=operator_of(client),
            channel="PORTAL",
        )
        self.event_row = template(Event, client=client, object_type="charge")

    def write(self, batch_size: int = 20_000) -> None:
        moments = self.moments()
        with connection.cursor() as cursor:
            ids = iter(reserve_ids(cursor, Charge, self.count))
            self.order_ids = iter(reserve_ids(cursor, Order, self.count))
            self.operation_ids = iter(reserve_ids(cursor, Operation, 2 * self.count))
            for _start in range(0, self.count, batch_size):
                following = Following()
                copy(cursor, Charge, self.charges(following, ids, islice(moments, batch_size)))
                copy(cursor, Payment, following.payments)
                copy(cursor, Refund, following.refunds)
                copy(cursor, Event, following.events)
            for model in (Payment, Refund):
                follow_ids(cursor, model)
            for statement in ORDER_CHARGES:
                cursor.execute(statement)

    def moments(self) -> Iterator[datetime]:
        """Creation moments, oldest first, spread evenly with some chance in them."""
        step = timedelta(days=DAYS) / self.count
        for position in range(self.count, 0, -1):
            yield clock.cut(self.now - step * (position - self.chance.random() * 0.9))

    def charges(self, following: Following, ids: Iterator[int], moments: Iterable[datetime]) -> Iterator[Row]:
        """Made while they are copied: Postgres takes one in while the next is made."""
        for charge_id, created_at in zip(ids, moments, strict=False):
            charge = self.charge(charge_id, self.chance.choice(self.known), created_at)
            yield charge
            payment = refund = None
            if charge["status"] in PAID:
                payment = self.payment(charge)
                following.payments.append(payment)
                if charge["status"] != ChargeStatus.PAID:
                    refund = self.refund(charge, payment)
                    following.refunds.append(refund)
            if self.events:
                following.events += self.timeline(charge, payment, refund)

    def soon_after(self, moment: datetime, **most: int) -> datetime:
        return clock.cut(min(moment + timedelta(**most) * self.chance.uniform(0.01, 1), self.now))

    def amount(self) -> Decimal:
        """Never with the cents 01 to 03, which mean something in the sandbox."""
        reais = self.chance.randint(5, 10 ** self.chance.randint(2, 4))
        return Decimal(reais * 100 + self.chance.choice((0, 50, 90, 99))) / 100

    def charge(self, charge_id: int, debtor: Debtor, created_at: datetime) -> Row:
        chance = self.chance
        status, expires_at = chance.choice(STATUSES), created_at + LIFE
        if status == ChargeStatus.ACTIVE and expires_at <= self.now:
            status = ChargeStatus.EXPIRED
        paid_at = self.soon_after(created_at, minutes=50) if status in PAID else None
        token = f"{chance.getrandbits(128):032x}"
        return {
            **self.charge_row,
            "id": charge_id,
            "version": VERSIONS[status],
            "order_id": next(self.order_ids),
            "txid": f"astra{created_at:%Y%m}{drawn(self.chance, 20)}",
            "location_token": token,
            "status": status.value,
            "amount": self.amount(),
            "description": chance.choice(DESCRIPTIONS),
            "user_reference": f"pedido-{chance.randint(10_000, 99_999)}",
            "debtor_name": debtor.name,
            "debtor_document": debtor.document,
            "pix_copy_and_paste": sealed(f"{self.code_before}{token}{self.code_after}"),
            "expires_at": expires_at,
            "created_at": created_at,
            "updated_at": paid_at or created_at,
            "paid_at": paid_at,
            "ended_at": expires_at if status in (ChargeStatus.EXPIRED, ChargeStatus.CANCELLED) else None,
        }

    def payment(self, charge: Row) -> Row:
        settled_at = charge["paid_at"]
        return {
            **self.payment_row,
            "id": charge["id"],
            "charge_id": charge["id"],
            "operation_id": next(self.operation_ids),
            "end_to_end_id": f"E99999999{settled_at.astimezone(UTC):%Y%m%d%H%M}{drawn(self.chance, 11)}",
            "amount": charge["amount"],
            "payer_document": charge["debtor_document"],
            "payer_name": charge["debtor_name"],
            "settled_at": settled_at,
            "recorded_at": settled_at,
        }

    def refund(self, charge: Row, payment: Row) -> Row:
        whole = charge["status"] == ChargeStatus.REFUNDED
        asked_at = self.soon_after(payment["settled_at"], hours=40)
        return {
            **self.refund_row,
            "id": charge["id"],
            "charge_id": charge["id"],
            "payment_id": charge["id"],
            "operation_id": next(self.operation_ids),
            "refund_id": f"ref{drawn(self.chance, 29)}",
            "amount": charge["amount"] if whole else Decimal(int(charge["amount"] * 40)) / 100,
            "devolution_end_to_end_id": f"D{payment['end_to_end_id'][1:21]}{drawn(self.chance, 11)}",
            "created_at": asked_at,
            "updated_at": asked_at,
            "completed_at": asked_at,
        }

    def timeline(self, charge: Row, payment: Row | None, refund: Row | None) -> Iterator[Row]:
        amount = {"amount": f"{charge['amount']:.2f}"}
        yield self.event(charge, "created", 1, charge["created_at"], by="demo", channel="API", **amount)
        if payment:
            facts = {**amount, "endToEndId": payment["end_to_end_id"]}
            yield self.event(charge, "paid", 2, payment["settled_at"], **facts)
        if refund:
            facts = {"amount": f"{refund['amount']:.2f}", "refundId": refund["refund_id"]}
            at, by = refund["created_at"], refund["created_by"]
            yield self.event(charge, "refund_requested", 3, at, by=by, channel="PORTAL", **facts)
            yield self.event(charge, "refund_completed", 4, at, **facts)
        if charge["ended_at"]:
            yield self.event(charge, charge["status"].lower(), 2, charge["ended_at"])

    def event(
        self,
        charge: Row,
        name: str,
        version: int,
        at: datetime,
        *,
        by: str = "system",
        channel: str = "SYSTEM",
        **facts: str,
    ) -> Row:
        return {
            **self.event_row,
            "event_id": f"msg_{charge['txid'][5:]}{version}",
            "name": f"charge.{name}",
            "object_id": charge["txid"],
            "version": version,
            "facts": Jsonb(facts),
            "actor": by,
            "channel": channel,
            "created_at": at,
        }
