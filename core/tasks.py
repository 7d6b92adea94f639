"""House-keeping of the ground floor."""

from celery import shared_task

from core import clock
from core.idempotency import KEPT_FOR
from core.models import IdempotencyKey

BATCH = 5000


@shared_task
def forget_old_rows() -> None:
    """Deletes idempotency keys past their time, in batches so that no lock is held for long."""
    while True:
        old = IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT_FOR).values("pk")[:BATCH]
        deleted, _rows = IdempotencyKey.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
        if deleted < BATCH:
            return
