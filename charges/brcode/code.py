"""What a BR Code says."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from charges.brcode.errors import Problem

type_fields = dict[str, str | dict[str, str]]

GUI = "br.gov.bcb.pix"
NO_TXID = "***"


class Kind(StrEnum):
    """What paying the code does; a composite one also asks for an Automatic Pix authorization."""

    STATIC = "static"
    DYNAMIC = "dynamic"
    RECURRENCE = "recurrence"
    STATIC_RECURRENCE = "static+recurrence"
    DYNAMIC_RECURRENCE = "dynamic+recurrence"


@dataclass(frozen=True, slots=True)
class BRCode:
    """A code that was read. `amount` is in reais; absent texts are None, and so is the txid `***`, which means none.

    `fields` is the tree as written, with everything that belongs to other arrangements; `warnings` are rules that
    only bind whoever writes a code.
    """

    kind: Kind
    fields: type_fields
    point_of_initiation: str | None
    key: str | None
    information: str | None
    withdrawal_provider: str | None
    location: str | None
    recurrence_location: str | None
    merchant_category: str
    currency: str
    amount: Decimal | None
    country: str
    name: str
    city: str
    postal_code: str | None
    txid: str | None
    crc: str
    warnings: tuple[Problem, ...]
