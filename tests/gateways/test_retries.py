"""A brand's caps are counted to the last attempt that is free of a fee."""

from datetime import UTC, datetime, timedelta

import pytest

from core.cards import Brand
from gateways.retries import may_try

MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def spread(count: int, within: timedelta) -> list[datetime]:
    """So many attempts, the oldest just inside the period."""
    return [MOMENT - within * (position + 1) / (count + 1) for position in range(count)]


@pytest.mark.parametrize(
    ("brand", "most", "within"),
    [
        (Brand.VISA, 15, timedelta(days=30)),
        (Brand.MASTERCARD, 7, timedelta(hours=24)),
        (Brand.MASTERCARD, 35, timedelta(days=30)),
    ],
)
def test_the_last_free_attempt_may_be_made_and_no_other(brand: Brand, most: int, within: timedelta) -> None:
    assert may_try(brand, spread(most - 1, within), MOMENT)
    assert not may_try(brand, spread(most, within), MOMENT)


def test_an_attempt_counts_until_its_period_is_over() -> None:
    earlier = [*spread(14, timedelta(days=29)), MOMENT - timedelta(days=30)]
    assert may_try(Brand.VISA, earlier, MOMENT)
    assert not may_try(Brand.VISA, earlier, MOMENT - timedelta(milliseconds=1))


def test_the_order_of_attempts_does_not_matter_and_they_may_come_one_by_one() -> None:
    assert not may_try(Brand.MASTERCARD, iter(sorted(spread(7, timedelta(hours=24)))), MOMENT)


@pytest.mark.parametrize("brand", sorted({*Brand} - {Brand.VISA, Brand.MASTERCARD}))
def test_the_other_brands_publish_no_cap(brand: Brand) -> None:
    assert may_try(brand, [MOMENT] * 100, MOMENT)
