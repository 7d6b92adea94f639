"""Wake-ups of workers. The rows are the truth; a lost message only means that the next sweep does the work."""

from functools import partial

from celery import current_app
from django.db import transaction

STALE_AFTER_SECONDS = 10


def after_commit(task: str) -> None:
    """Has a worker look at its table once the transaction has committed."""
    transaction.on_commit(partial(current_app.send_task, task, expires=STALE_AFTER_SECONDS), robust=True)
