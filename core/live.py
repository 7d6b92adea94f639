"""Live updates: a committed change reaches the open pages of its client. The message carries ids and versions only."""

from functools import partial

import orjson
import redis
import structlog
from django.db import transaction

from core import valkey

log = structlog.get_logger()


def publish(*, client_id: int, module: str, object_type: str, object_id: str, version: int) -> None:
    """Tells the open pages after the commit. A lost message is healed by the page's next resync."""
    message = orjson.dumps({"type": object_type, "id": object_id, "version": version})
    transaction.on_commit(partial(_send, f"live:client:{client_id}:{module}", message), robust=True)


def _send(channel: str, message: bytes) -> None:
    try:
        valkey.client().publish(channel, message)
    except redis.RedisError as error:
        log.warning("live update not sent", reason=type(error).__name__)
