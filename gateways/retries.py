"""How often a brand lets one card be tried for one amount (the brands' retry programmes, API.md 6.6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.cards import Brand

# (attempts, within): every attempt above costs the merchant a fee.
CAPS: dict[str, tuple[tuple[int, timedelta], ...]] = {
    Brand.VISA: ((15, timedelta(days=30)),),
    Brand.MASTERCARD: ((7, timedelta(hours=24)), (35, timedelta(days=30))),
}


def may_try(brand: str, attempts: Iterable[datetime], moment: datetime) -> bool:
    """Whether a card of `brand` may be tried at `moment` after earlier `attempts` with the same amount, in any order.

    Brands that publish no cap have none here. Whether the last code allows another attempt at all is another
    question: `abecs.Meaning.retry_allowed`."""
    earlier = list(attempts)
    return all(sum(moment - within < attempt for attempt in earlier) < most for most, within in CAPS.get(brand, ()))
