"""How a gateway is asked: outside any transaction, by at most half of a process's threads at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.module_loading import import_string

from core.outbound import refuse_inside_transaction
from gateways.errors import GatewayBusy, GatewayNotConfigured
from gateways.protocols import PixGateway

SEATS = 4  # half of the eight threads that `astrapay_portal/asgi.py` gives a process

_seats = BoundedSemaphore(SEATS)


@contextmanager
def pix() -> Iterator[PixGateway]:
    """The Pix gateway, for the time of one action. Raises GatewayNotConfigured or GatewayBusy before anything else."""
    refuse_inside_transaction()
    if not settings.PIX_GATEWAY:
        raise GatewayNotConfigured
    if not _seats.acquire(blocking=False):
        raise GatewayBusy
    try:
        yield import_string(settings.PIX_GATEWAY)()
    finally:
        _seats.release()
