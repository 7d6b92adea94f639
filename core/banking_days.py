"""Days on which banks settle: no weekend, no national holiday, neither Carnival's Monday and Tuesday nor Corpus Christi
(Resolução CMN 4.880/2020)."""

from datetime import date, timedelta
from functools import cache

import holidays

# Optional for others; banks do not settle on them. Ash Wednesday and the last day of the year are banking days.
ALSO_CLOSED = {"Carnival", "Corpus Christi"}


@cache
def holidays_of(year: int) -> frozenset[date]:
    national = holidays.country_holidays("BR", years=year, categories=(holidays.PUBLIC,))
    optional = holidays.country_holidays("BR", years=year, categories=(holidays.OPTIONAL,), language="en_US")
    return frozenset({*national, *(day for day, name in optional.items() if name in ALSO_CLOSED)})


def is_banking_day(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays_of(day.year)


def on_or_after(day: date) -> date:
    """The day itself, or the next one on which banks settle."""
    while not is_banking_day(day):
        day += timedelta(days=1)
    return day


def after(day: date) -> date:
    """The next banking day."""
    return on_or_after(day + timedelta(days=1))
