"""Our signature is that of Standard Webhooks, and secrets are not readable at rest."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection
from pytest_django import Settings
from standardwebhooks import Webhook

from core.actor import Actor
from tests.webhooks.conftest import make_endpoint
from webhooks import signing
from webhooks.models import Endpoint

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "standard_webhooks.json").read_text())["vectors"]
SYMMETRIC = [each for each in VECTORS if each.get("alg") == "HMAC-SHA256" and each.get("expected_signature")]


@pytest.mark.parametrize("vector", SYMMETRIC, ids=lambda vector: str(vector["name"]))
def test_the_published_vectors_come_out(vector: dict[str, Any]) -> None:
    signed = signing.sign(vector["secret"], vector["msg_id"], vector["timestamp"], vector["payload"].encode())
    assert signed == vector["expected_signature"]


def test_the_official_library_accepts_each_secret_of_a_rotation() -> None:
    secrets = [signing.new_secret(), signing.new_secret()]
    body, stamp = b'{"txid":"a"}', 1_900_000_000
    signed = signing.signature(secrets, "msg_1", stamp, body)
    assert len(signed.split(" ")) == 2
    for secret in secrets:
        assert Webhook(secret).sign("msg_1", _moment(stamp), body.decode()) in signed.split(" ")


def test_a_secret_has_256_bits_and_the_prefix_that_libraries_expect() -> None:
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert len(secret) == len("whsec_") + 44


def test_the_database_holds_no_secret_in_clear_text_in_any_table(operator: Actor) -> None:
    issued = make_endpoint(operator)
    with connection.cursor() as cursor:
        for table in ("webhooks_endpoint", "webhooks_endpointevent", "webhooks_event"):
            cursor.execute(f"SELECT string_agg(row::text, ' ') FROM {table} row")  # noqa: S608 - names of ours
            (text,) = cursor.fetchone() or ("",)
            assert issued.secret.removeprefix("whsec_") not in text
            assert issued.secret.encode().hex() not in text
    stored = Endpoint.objects.get()
    assert signing.unseal(bytes(stored.secret)) == issued.secret


def test_the_history_of_an_endpoint_leaves_its_secrets_out() -> None:
    tracked = {field.name for field in Endpoint.pgh_event_model._meta.get_fields()}  # type: ignore[attr-defined]
    assert "url" in tracked
    assert not {"secret", "old_secret"} & tracked


def test_another_key_cannot_read_a_secret(settings: Settings) -> None:
    sealed = signing.seal("whsec_YQ==")
    settings.WEBHOOK_KEY = "another"
    with pytest.raises(InvalidToken):
        signing.unseal(sealed)


def _moment(stamp: int) -> Any:
    return datetime.fromtimestamp(stamp, UTC)
