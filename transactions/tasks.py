"""Ticks of the money core. Each looks at its own table, so that a lost or doubled tick is harmless."""

from celery import shared_task

from transactions.actions import contracts, disputes, outcomes, receivables, recurrences


@shared_task
def look_up_unknown_outcomes() -> None:
    outcomes.look_up_unknown_outcomes()


@shared_task
def let_authorizations_lapse() -> None:
    outcomes.let_authorizations_lapse()


@shared_task
def expire_disputes() -> None:
    disputes.expire_disputes()


@shared_task
def settle_receivables() -> None:
    receivables.settle_due()


@shared_task
def charge_recurrences() -> None:
    recurrences.charge_due()


@shared_task
def forget_deleted_cards() -> None:
    contracts.forget_deleted_cards()
