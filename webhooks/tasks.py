"""Ticks of the webhooks. Each looks at its own table, so that a lost or doubled tick is harmless."""

from celery import shared_task

from webhooks.actions import delivery, health, notices, retention


@shared_task
def send_due() -> None:
    delivery.engine.run()


@shared_task
def watch_failing() -> None:
    health.watch_failing()


@shared_task
def mail_notices() -> None:
    notices.mail_notices()


@shared_task
def forget_old_rows() -> None:
    retention.forget_old_rows()
