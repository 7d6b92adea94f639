"""On which days a recurrence is charged, and when a refused charge is tried again (API.md 6.6)."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from dateutil.relativedelta import relativedelta

from transactions.states import Frequency

# A refused charge is tried again so many days after its own day, while its code allows.
RETRIES = (timedelta(days=1), timedelta(days=3), timedelta(days=5))
KEPT_AHEAD = 12  # of a recurrence that runs until it is cancelled
STEPS = {
    Frequency.DAILY: relativedelta(days=1),
    Frequency.WEEKLY: relativedelta(weeks=1),
    Frequency.MONTHLY: relativedelta(months=1),
    Frequency.YEARLY: relativedelta(years=1),
}


def days(first: date, frequency: Frequency) -> Iterator[date]:
    """Each is counted from the first, so that its day is kept: 31 January, 28 February, 31 March."""
    for position in count():
        yield first + STEPS[frequency] * position
