"""What tests of the API begin with."""

from typing import Any

import pytest

from accounts.models import Client
from tests.charges.conftest import active_charge, paid_charge  # noqa: F401 - fixtures
from tests.conftest import Merchant

Json = dict[str, Any]


@pytest.fixture
def foreigner(stranger: Client) -> Merchant:
    """The system of another client."""
    return Merchant(stranger)


@pytest.fixture
def reader(shop: Client) -> Merchant:
    return Merchant(shop, scopes=("charges.read",))


@pytest.fixture
def txid(merchant: Merchant) -> str:
    """An active charge made through the API."""
    return str(merchant.post("/v1/dynamic", {"amount": 100}).json()["txid"])
