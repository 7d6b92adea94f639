"""What the sandbox reacts to in charges and refunds, for the page of test data."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import money
from core.web.test_data import Section, Side, register


@dataclass(frozen=True, slots=True)
class Rule:
    """An amount, and what it makes happen."""

    amount: Decimal
    what: "str | Promise"

    @property
    def plain(self) -> str:
        return money.plain(self.amount)


CHARGE_RULES = [
    Rule(Decimal("10.01"), _("Cents 01: the charge is paid by itself 5 to 20 seconds after its creation.")),
    Rule(Decimal("10.00"), _("Any other cents: the charge waits until you press “Pay now” on its page.")),
]
REFUND_RULES = [
    Rule(Decimal("5.00"), _("Completed within 2 to 5 seconds.")),
    Rule(Decimal("5.02"), _("Cents 02: fails with AM04, insufficient balance.")),
    Rule(Decimal("5.03"), _("Cents 03: waits until you complete or fail it on the charge's page.")),
]
PEOPLE = [
    ("Pessoa de Teste", "12345678909"),
    ("Ana Exemplo da Silva", "39053344705"),
    ("Bruno Modelo Pereira", "52998224725"),
    ("Loja Modelo Ltda.", "11222333000181"),
    ("Comércio Exemplo Litoral Ltda.", "12ABC34501DE35"),
]
KEYS = ["12345678909", "+5511912345678", "pessoa@exemplo.com.br", "123e4567-e12b-12d1-a456-426655440000"]


def register_test_data() -> None:
    rows, people, keys = (f"charges/_test_{name}.html" for name in ("rows", "people", "keys"))
    for section in (
        Section("charges", _("Amounts of charges"), rows, partial(dict, rules=CHARGE_RULES), 10, Side.LEFT),
        Section("refunds", _("Amounts of refunds"), rows, partial(dict, rules=REFUND_RULES), 11, Side.LEFT),
        Section("people", _("People and companies"), people, partial(dict, people=PEOPLE), 10, Side.RIGHT),
        Section("keys", _("Pix keys"), keys, partial(dict, keys=KEYS), 11, Side.RIGHT),
    ):
        register(section)
