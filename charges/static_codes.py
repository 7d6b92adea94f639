"""Static QR codes: made from a key, read from a text. Nothing is kept; page and API call the same functions."""

from dataclasses import dataclass
from decimal import Decimal

from charges.brcode.code import NO_TXID
from charges.brcode.reading import read
from charges.brcode.writing import write_static
from core.pix import KeyType, read_key


@dataclass(frozen=True, slots=True)
class StaticCode:
    """A code as it was emitted: key and texts normalised, amount in reais or None when the payer types it."""

    pix_copy_and_paste: str
    key_type: KeyType
    key: str
    merchant_name: str
    merchant_city: str
    amount: Decimal | None
    txid: str
    information: str | None


def make_static_code(
    *,
    key: str,
    merchant_name: str,
    merchant_city: str,
    amount: Decimal | None = None,
    txid: str | None = None,
    information: str | None = None,
) -> StaticCode:
    """Raises BRCodeFieldInvalid. Hyphens of a txid are left out: BR Code allows them, Pix does not."""
    emitted = txid.replace("-", "") if txid else None
    code = write_static(
        key=key, name=merchant_name, city=merchant_city, amount=amount, txid=emitted, information=information
    )
    said, recognised = read(code), read_key(key)
    return StaticCode(
        pix_copy_and_paste=code,
        key_type=recognised.type,
        key=recognised.value,
        merchant_name=said.name,
        merchant_city=said.city,
        amount=said.amount,
        txid=said.txid or NO_TXID,
        information=said.information,
    )
