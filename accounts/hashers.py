"""The digest of API secrets: keyed and fast. They are random (256 bits), so a slow hash would only be a lever for
denial of service; it is the algorithm `keyed_sha256` in PASSWORD_HASHERS."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher
from django_stubs_ext import StrOrPromise


def digest(secret: str) -> str:
    return hmac.new(settings.CREDENTIAL_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


class KeyedSha256Hasher(BasePasswordHasher):
    """`keyed_sha256$<new>[,<old>]`: two secrets are live during a rotation."""

    algorithm = "keyed_sha256"

    def salt(self) -> str:
        return "-"

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${digest(password)}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, _dollar, digests = encoded.partition("$")
        return {"algorithm": algorithm, "hash": digests, "salt": "-", "digests": digests.split(",")}

    def verify(self, password: str, encoded: str) -> bool:
        given = digest(password)
        return any([hmac.compare_digest(given, kept) for kept in self.decode(encoded)["digests"]])  # noqa: C419 - constant time

    def safe_summary(self, encoded: str) -> dict[StrOrPromise, Any]:
        return {"algorithm": self.algorithm, "hash": f"{self.decode(encoded)['digests'][0][:6]}…"}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to harden: one digest takes microseconds."""
