"""Secrets of endpoints and the signature of a message (Standard Webhooks 1.0.0). Secrets are encrypted at rest."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from functools import cache

from cryptography.fernet import Fernet
from django.conf import settings

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal(secret: str) -> bytes:
    """The secret as it is stored."""
    return _cipher(settings.WEBHOOK_KEY).encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    return _cipher(settings.WEBHOOK_KEY).decrypt(sealed).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    text = secret.removeprefix(PREFIX)
    key = base64.b64decode(text + "=" * (-len(text) % 4))
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def signature(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """One for each live secret: during a rotation receivers may check with either."""
    return " ".join(sign(key, message_id, timestamp, body) for key in keys)


@cache
def _cipher(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
