"""The Celery application. Tasks carry no payload and look at their own tables: a lost message is harmless."""

import os
from typing import Any

from celery import Celery, Task

from core.audit import history

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astrapay_portal.settings")


class RecordedTask(Task):  # type: ignore[type-arg]
    """Writes made by a task are recorded in the history with the task's name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with history(action=self.name, channel="SYSTEM"):
            return super().__call__(*args, **kwargs)


app = Celery("astrapay_portal", task_cls=RecordedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
