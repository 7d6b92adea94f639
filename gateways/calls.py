"""How a gateway is asked: outside any transaction, by a few of a process's threads at a time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.outbound import refuse_inside_transaction
from gateways.errors import GatewayBusy, GatewayNotConfigured, GatewayRefused, OutcomeUnknown
from gateways.protocols import CardGateway, PixGateway

SEATS = 4  # of the eight threads of a web process (`astrapay_portal/asgi.py`); a worker may have no more in all

_seats = BoundedSemaphore(SEATS)


def pix() -> AbstractContextManager[PixGateway]:
    """The Pix gateway, for the time of one action. Raises GatewayNotConfigured or GatewayBusy before anything else."""
    return _seated(settings.PIX_GATEWAY)


def cards() -> AbstractContextManager[CardGateway]:
    """The acquirer, as `pix` gives the Pix gateway. Both share the seats: a thread waits whoever keeps it waiting."""
    return _seated(settings.CARD_GATEWAY)


@contextmanager
def _seated(gateway: str | None) -> Iterator[Any]:
    refuse_inside_transaction()
    if not gateway:
        raise GatewayNotConfigured
    if not _seats.acquire(blocking=False):
        raise GatewayBusy
    try:
        yield import_string(gateway)()
    finally:
        _seats.release()


@contextmanager
def question() -> Iterator[None]:
    """Around a look-up: who refuses to say has said nothing about the order. Raises OutcomeUnknown."""
    try:
        yield
    except GatewayRefused as refusal:
        raise OutcomeUnknown from refusal
