"""Seats at the gateways that others hold."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from gateways import calls


@contextmanager
def seats_taken(count: int) -> Iterator[None]:
    with ExitStack() as waiting:
        for _seat in range(count):
            waiting.enter_context(calls.pix())
        yield


@contextmanager
def every_seat_taken() -> Iterator[None]:
    with seats_taken(calls.SEATS):
        yield
