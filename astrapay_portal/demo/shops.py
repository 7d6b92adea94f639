"""Terminals and fee tables of the demo's clients."""

from datetime import date
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange, NumericRange

from accounts.models import Client
from core import clock
from core.cards import Brand
from transactions.models import FeeRule, Terminal
from transactions.states import CardType

BRANDS = {Brand.VISA: 40, Brand.MASTERCARD: 38, Brand.ELO: 14, Brand.HIPERCARD: 5, Brand.AMEX: 3}
# (card type, installments from and below, percentage)
FEES = (
    (CardType.DEBIT, (1, 2), "1.39"),
    (CardType.CREDIT, (1, 2), "2.99"),
    (CardType.CREDIT, (2, 7), "3.49"),
    (CardType.CREDIT, (7, 13), "3.99"),
)
SHOPS = ("Loja Centro", "Loja Shopping", "Quiosque")


def make_terminals(client: Client) -> list[Terminal]:
    made = []
    for number, shop in enumerate(SHOPS, start=1):
        facts = {"serial": f"PB{client.pk:04}{number:06}", "name": f"{shop} {number}", "created_at": clock.now()}
        terminal, _new = Terminal.objects.get_or_create(
            client=client, terminal_id=f"{client.pk:04}{number:04}", defaults=facts
        )
        made.append(terminal)
    return made


def make_fees(client: Client) -> None:
    if FeeRule.objects.filter(client=client).exists():
        return
    since = DateRange(date(2025, 1, 1), None)
    FeeRule.objects.bulk_create(
        FeeRule(
            client=client,
            brand=brand,
            type=kind,
            installments=NumericRange(*installments),
            valid=since,
            percentage=Decimal(percentage),
        )
        for brand in BRANDS
        for kind, installments, percentage in FEES
    )
