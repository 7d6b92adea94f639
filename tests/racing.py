"""Several threads at once, each with its own database connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Runs `work(0)` … `work(count - 1)` together. All begin at the same moment."""
    barrier = Barrier(count)

    def run(position: int) -> T:
        try:
            barrier.wait()
            return work(position)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
