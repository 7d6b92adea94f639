"""Schemathesis drives every documented operation with good and bad data; no answer may contradict the document."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case

from astrapay_portal.wsgi import application
from tests.api.contract import document
from tests.conftest import Merchant
from tests.gateways.published import NUMBERS

EXAMPLES = 40

CPFS = ("12345678909", "390.533.447-05", "529.982.247-25")
CNPJS = ("11222333000181", "12.ABC.345/01DE-35", "12ABC34501DE35")

schemathesis.openapi.format("cpf", st.sampled_from(CPFS))
schemathesis.openapi.format("cnpj", st.sampled_from(CNPJS))
schemathesis.openapi.format("cpf-or-cnpj", st.sampled_from(CPFS + CNPJS))
schemathesis.openapi.format("card-number", st.sampled_from([each for row in NUMBERS.values() for each in row.values()]))
schemathesis.openapi.format("card-expiration", st.sampled_from(["2031-12", "2040-01"]))

schema = schemathesis.openapi.from_dict(document())
schema.app = application
# A request that fits the document may still name what does not exist, break a rule that depends on our data, or give
# a client that nobody knows.
schema.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "400", "401", "404", "409", "422"]


def has_empty_parameter(case: Case[Any]) -> bool:
    """An empty parameter is an absent one (API.md 1), which a schema cannot say without saying it everywhere."""
    query = case.query if isinstance(case.query, dict) else {}
    return any(not str(value).strip() for value in query.values())


@pytest.fixture
def authorized(merchant: Merchant, settings: Any) -> Iterator[Merchant]:
    """Like Django's own test client, keeps the connection of the test open between requests."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    settings.TOKEN_REQUESTS_PER_MINUTE_BY_CREDENTIAL = settings.TOKEN_REQUESTS_PER_MINUTE_BY_ADDRESS = 1_000_000
    yield merchant
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.django_db
@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
def test_no_answer_contradicts_the_document(case: Case[Any], authorized: Merchant) -> None:
    if has_empty_parameter(case):
        return
    headers = {"Authorization": f"Bearer {authorized.token}"}
    case.call_and_validate(headers=headers)
