"""Ticks: the sandbox's networks, and notices that nobody has handled yet."""

from celery import shared_task
from django.conf import settings

from gateways import notices
from gateways.sandbox import acquirer_network, network


@shared_task
def run_sandbox() -> None:
    if settings.SANDBOX:
        network.run_due()
        acquirer_network.run_due()


@shared_task
def handle_waiting_notices() -> None:
    notices.handle_waiting()
