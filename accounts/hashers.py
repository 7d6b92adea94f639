"""The digest of API secrets: keyed and fast. They are random (256 bits), so a slow hash would only be a lever for
denial of service; it is the algorithm `keyed_sha256` in PASSWORD_HASHERS."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher
from django_stubs_ext import StrOrPromise

from core import clock


def digest(secret: str) -> str:
    return hmac.new(settings.CREDENTIAL_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def with_old(encoded: str, old: str, until: datetime) -> str:
    """What is kept of a secret, with the newest of another one that stays good until a moment."""
    newest = old.partition("$")[2].partition(",")[0]
    return f"{encoded},{newest}@{until.timestamp():.0f}"


def end_of_old(encoded: str) -> datetime | None:
    """Until when the secret before this one is good; None when there is none."""
    _digests, _at, until = encoded.partition("@")
    return datetime.fromtimestamp(int(until), UTC) if until else None


class KeyedSha256Hasher(BasePasswordHasher):
    """`keyed_sha256$<new>[,<old>@<end, seconds since 1970>]`: two secrets are live during a rotation."""

    algorithm = "keyed_sha256"

    def salt(self) -> str:
        return "-"

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${digest(password)}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, _dollar, kept = encoded.partition("$")
        digests = kept.partition("@")[0].split(",")
        until = end_of_old(encoded)
        live = digests if until is None or clock.now() < until else digests[:1]
        return {"algorithm": algorithm, "hash": digests[0], "salt": "-", "live": live}

    def verify(self, password: str, encoded: str) -> bool:
        given = digest(password)
        return any([hmac.compare_digest(given, kept) for kept in self.decode(encoded)["live"]])  # noqa: C419 - constant time

    def safe_summary(self, encoded: str) -> dict[StrOrPromise, Any]:
        return {"algorithm": self.algorithm, "hash": f"{self.decode(encoded)['hash'][:6]}…"}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to harden: one digest takes microseconds."""
