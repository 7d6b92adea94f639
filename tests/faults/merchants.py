"""Merchants' systems that do business without pause and write down what they were promised."""

import random
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Event
from typing import Any

from tests.running import RemoteMerchant, RunningPortal, eventually

PATIENCE_SECONDS = 150  # a lease of a minute, and the longest restart
PAUSE_SECONDS = 0.05
CARD = {"holderName": "MARINA EXEMPLO", "number": "4111111111110071", "expirationDate": "2031-12", "cvv": "123"}
REFUNDS = ("5.00", "5.02", "5.03", "5.50")


@dataclass(slots=True)
class Promises:
    """What the API acknowledged, by names that the merchants gave: each name was sent as one request with one key."""

    charges: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Decimal] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)
    sales: dict[str, str] = field(default_factory=dict)
    follow_ups: dict[str, str] = field(default_factory=dict)
    pay_themselves: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return (
            f"{len(self.charges)} charges made, {len(self.changed)} changed, {len(self.deleted)} deleted, "
            f"{len(self.paid)} paid, {len(self.pay_themselves)} that pay themselves, {len(self.refunds)} refunds, "
            f"{len(self.sales)} sales by card, {len(self.follow_ups)} operations on them"
        )


class Business:
    """One merchant's system: makes a charge, perhaps changes or deletes it, has it paid, refunds parts of it; sells by
    card, captures in parts and refunds."""

    def __init__(self, merchant: RemoteMerchant, promises: Promises, seed: int) -> None:
        self.merchant = merchant
        self.promises = promises
        self.dice = random.Random(seed)

    def run(self, closing_time: Event) -> None:
        while not closing_time.wait(PAUSE_SECONDS):
            deeds = [self.sell, self.change_and_sell, self.delete, self.wait, self.sell_by_card, self.capture_in_parts]
            self.dice.choices(deeds, [5, 2, 2, 2, 3, 2])[0]()

    def sell(self) -> None:
        txid = self.make_charge(self.price())
        self.have_paid(txid)
        for amount in self.dice.sample(REFUNDS, self.dice.randrange(len(REFUNDS))):
            self.refund(txid, amount)

    def change_and_sell(self) -> None:
        txid, amount = self.make_charge(self.price()), self.price()
        self.ask("PATCH", f"/v1/dynamic/{txid}", {"amount": float(amount)})
        self.promises.changed[txid] = amount
        self.have_paid(txid)

    def delete(self) -> None:
        txid = self.make_charge(self.price())
        self.ask("DELETE", f"/v1/dynamic/{txid}")
        self.promises.deleted.add(txid)

    def wait(self) -> None:
        """Cents 01: the sandbox pays it within seconds."""
        self.promises.pay_themselves.add(self.make_charge(Decimal("30.01")))

    def sell_by_card(self) -> None:
        sale = self.make_sale(capture=True)
        if sale["status"] == "APPROVED":
            self.follow_up(sale["transactionId"], "refunds", 3.50)
            self.follow_up(sale["transactionId"], "refunds", 4.50)

    def capture_in_parts(self) -> None:
        sale = self.make_sale(capture=False)
        if sale["status"] == "APPROVED":
            first = self.follow_up(sale["transactionId"], "captures", 10.00)
            self.follow_up(sale["transactionId"], "captures", 5.00)
            self.follow_up(first, "refunds", 2.00)
            self.follow_up(sale["transactionId"], "reversals", None)

    def make_sale(self, *, capture: bool) -> Any:
        name = uuid.uuid4().hex
        body = {
            "amount": float(self.price()),
            "card": CARD,
            "numberInstallments": 1,
            "paymentType": "A_VISTA",
            "capture": capture,
            "userReference": name,
        }
        made = self.ask("POST", "/v1/credit-card/transactions", body)
        self.promises.sales[name] = str(made["transactionId"])
        return made

    def follow_up(self, operation_id: str, deed: str, amount: float | None) -> str:
        name = uuid.uuid4().hex
        body = {"merchantTransactionId": name, **({"amount": amount} if amount else {})}
        made = str(self.ask("POST", f"/v1/operations/{operation_id}/{deed}", body)["operationId"])
        self.promises.follow_ups[name] = made
        return made

    def price(self) -> Decimal:
        return Decimal(self.dice.randrange(30, 90))

    def make_charge(self, amount: Decimal) -> str:
        name = uuid.uuid4().hex
        txid = str(self.ask("POST", "/v1/dynamic", {"amount": float(amount), "userReference": name})["txid"])
        self.promises.charges[name] = txid
        return txid

    def have_paid(self, txid: str) -> None:
        """The sandbox call takes no key: after a lost answer the payer pays twice, and one Pix goes back."""
        self.ask("POST", f"/v1/sandbox/charges/{txid}/pay")
        eventually(lambda: self.status_of(txid) == "PAID", seconds=PATIENCE_SECONDS, what=f"{txid} is PAID")
        self.promises.paid.add(txid)

    def status_of(self, txid: str) -> str:
        return str(self.ask("GET", f"/v1/dynamic/{txid}")["status"]["description"])

    def refund(self, txid: str, amount: str) -> None:
        name = uuid.uuid4().hex
        made = self.ask("POST", "/v1/refunds", {"txid": txid, "amount": float(amount), "description": name})
        self.promises.refunds[name] = str(made["refundId"])

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.merchant.persist(method, path, body, seconds=PATIENCE_SECONDS)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


class Market:
    """Several merchants at work until the market closes. `close` waits until each of them has all its answers."""

    def __init__(self, portal: RunningPortal, seed: int, systems_of_each: int = 2) -> None:
        self.promises = Promises()
        self.closing_time = Event()
        merchants = [portal.merchant(position) for position in range(len(portal.demo["clients"]))]
        businesses = [
            Business(merchant, self.promises, seed + position)
            for position, merchant in enumerate(merchants * systems_of_each)
        ]
        self.pool = ThreadPoolExecutor(len(businesses))
        self.running: list[Future[None]] = [self.pool.submit(each.run, self.closing_time) for each in businesses]

    def close(self) -> Promises:
        self.closing_time.set()
        self.pool.shutdown()
        for each in self.running:
            each.result()
        return self.promises
