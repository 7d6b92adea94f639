"""Ticks of the charges. Each looks at its own table, so that a lost or doubled tick is harmless."""

from celery import shared_task

from charges.actions import outcomes, refunds


@shared_task
def send_waiting_refunds() -> None:
    refunds.send_waiting_refunds()


@shared_task
def look_up_unknown_outcomes() -> None:
    outcomes.look_up_unknown_outcomes()


@shared_task
def record_expiries() -> None:
    outcomes.record_expiries()
