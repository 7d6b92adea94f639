"""Live updates: a committed change reaches the open pages of its client. The message carries ids and versions only.

The streams themselves are in `core.streams`.
"""

import hashlib
from functools import partial

import orjson
import redis
import structlog
from django.db import transaction

from core import valkey

log = structlog.get_logger()

CHANGES = "live:client:"


def changes_in(client_id: int, module: str) -> str:
    """The channel of what changes in a client's module."""
    return f"{CHANGES}{client_id}:{module}"


def access_of_user(user_id: int) -> str:
    """The channel that ends a person's streams, so that the next ones are authorized anew."""
    return f"live:user:{user_id}"


def access_of_session(session_key: str) -> str:
    """The channel that ends the streams of one session. It is named by a digest: the key itself is a credential."""
    return f"live:session:{hashlib.sha256(session_key.encode()).hexdigest()}"


def publish(*, client_id: int, module: str, object_type: str, object_id: str, version: int) -> None:
    """Tells the open pages after the commit. A lost message is healed by the page's next resync."""
    message = orjson.dumps({"type": object_type, "id": object_id, "version": version})
    _send_after_commit(changes_in(client_id, module), message)


def disconnect_user(user_id: int) -> None:
    """Has the person's pages ask again what they may hear, after the commit: roles or memberships changed."""
    _send_after_commit(access_of_user(user_id), b"")


def disconnect_session(session_key: str) -> None:
    """Ends the streams of a session, after the commit: the person signed out."""
    _send_after_commit(access_of_session(session_key), b"")


def _send_after_commit(channel: str, message: bytes) -> None:
    transaction.on_commit(partial(_send, channel, message), robust=True)


def _send(channel: str, message: bytes) -> None:
    try:
        valkey.client().publish(channel, message)
    except redis.RedisError as error:
        log.warning("live update not sent", reason=type(error).__name__)
