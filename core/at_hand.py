"""Rows that are at hand are not read again to be shown."""

from typing import Any

from django.db import models


def remember(instance: models.Model, relation: str, rows: "list[Any]") -> None:
    """`instance.relation.all()` gives these rows from now on, as if they had been prefetched. They must be all there
    are, so whoever calls this has just written or read them."""
    every = getattr(instance, relation).all()
    every._result_cache, every._prefetch_done = rows, True
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = every
