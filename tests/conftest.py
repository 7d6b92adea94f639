"""Fixtures of all tests: real database and Valkey, a shop with its systems, and a stranger who must see nothing."""

import json
import ssl
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from accounts.models import Application, Client
from accounts.permissions import SCOPES, Module, granted
from core import valkey
from core.actor import Actor, Channel
from tests.api.contract import hold_to_contract
from tests.core.receiver import Authority, make_authority


@pytest.fixture(autouse=True)
def nothing_left_in_valkey() -> None:
    """Rate limits live there and would leak from test to test."""
    cache.clear()
    for key in valkey.client().scan_iter("limit:*"):
        valkey.client().delete(key)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Vouches for the receivers of webhooks on this machine."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def server(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return authority.server_context(tmp_path_factory.mktemp("server"), "localhost", "127.0.0.1")


def make_client(name: str, document: str) -> Client:
    return Client.objects.create(
        public_id=f"cli_{name}",
        legal_name=f"{name} Ltda.",
        trade_name=name,
        document=document,
        pix_key=f"pix@{name}.example",
        brcode_name=name,
        brcode_city="Sao Paulo",
    )


@pytest.fixture
def shop(db: None) -> Client:
    return make_client("loja", "11222333000181")


@pytest.fixture
def stranger(db: None) -> Client:
    """Another client, whose data nobody of the shop may see."""
    return make_client("outra", "12ABC34501DE35")


def actor_for(client: Client, *modules: Module, withheld: tuple[str, ...] = ()) -> Actor:
    permissions: frozenset[str] = frozenset().union(*(granted(module, withheld) for module in modules or Module))
    return Actor(
        client_id=client.pk,
        channel=Channel.PORTAL,
        name="Marina Exemplo",
        permissions=permissions,
        zone=client.zone,
        request_id=uuid.uuid4(),
    )


@pytest.fixture
def operator(shop: Client) -> Actor:
    return actor_for(shop)


class Merchant:
    """A merchant's system: calls the API with its own token."""

    def __init__(self, client: Client, scopes: tuple[str, ...] = SCOPES) -> None:
        self.browser = Browser(raise_request_exception=False, enforce_csrf_checks=True)
        self.credential = Application.objects.create(
            tenant=client,
            name="erp",
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
            client_secret="secret-of-the-test",
            scopes=list(scopes),
        )
        form = {
            "grant_type": "client_credentials",
            "client_id": self.credential.client_id,
            "client_secret": "secret-of-the-test",
        }
        answer = self.browser.post("/v1/token", "&".join(f"{k}={v}" for k, v in form.items()), content_type=FORM)
        self.token = answer.json()["access_token"]

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        """`body` is sent as JSON, or as it is when it is bytes."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        usual = {"Authorization": f"Bearer {self.token}", "x-transaction-id": key or str(uuid.uuid4())}
        sent = {**usual, "Accept-Language": "en", **headers}
        kept = {name: value for name, value in sent.items() if value is not None}
        response = self.browser.generic(method, path, content, content_type="application/json", headers=kept)
        hold_to_contract(method, path, response)
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        return self.call("POST", path, body, key=key, **headers)


FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def merchant(shop: Client) -> Merchant:
    return Merchant(shop)
