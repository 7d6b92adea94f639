"""docker-compose.yml can be the production that it describes."""

import re
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from astrapay_portal.environment import NEEDED_IN_PRODUCTION, PROJECT, Environment
from tests.astrapay_portal.production import PRODUCTION

COMPOSED: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
OURS = ["migrate", "web", "worker", "scheduler"]
OF_THE_IMAGE = {"data_dir", "static_dir"}
OF_A_DEVELOPER = {"debug", "webhook_allowed_networks", "webhook_ca_file"}
MADE_BY_COMPOSE = {"database_url", "redis_url"}
REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)\}")
GIVEN = {name.upper(): str(value) for name, value in PRODUCTION.items() if name not in MADE_BY_COMPOSE}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a service reads at its start when these variables are set where compose runs."""

    def start(service: str, given: dict[str, str]) -> Environment:
        for name, text in COMPOSED["services"][service]["environment"].items():
            monkeypatch.setenv(name, REFERENCE.sub(lambda said: given.get(said["name"], said["default"] or ""), text))
        return Environment()

    return start


@pytest.mark.parametrize("service", OURS)
def test_every_process_of_ours_is_told_whatever_an_installation_decides(service: str) -> None:
    decided = {name.upper() for name in Environment.model_fields.keys() - OF_THE_IMAGE - OF_A_DEVELOPER}
    assert decided - COMPOSED["services"][service]["environment"].keys() == set()


@pytest.mark.parametrize("service", OURS)
def test_production_starts_with_what_compose_passes_on(service: str, started: Any) -> None:
    told = started(service, {**GIVEN, "TRUSTED_PROXY_COUNT": "1", "PIX_GATEWAY": "bank.Pix"})
    for name, value in GIVEN.items():
        assert getattr(told, name.lower()) == value
    assert (told.trusted_proxy_count, told.pix_gateway, told.card_gateway) == (1, "bank.Pix", None)


@pytest.mark.parametrize("missing", sorted(set(NEEDED_IN_PRODUCTION) - MADE_BY_COMPOSE))
def test_production_is_refused_by_the_name_of_what_is_missing(missing: str, started: Any) -> None:
    with pytest.raises(ValidationError, match=f"needs {missing.upper()}"):
        started("web", {name: value for name, value in GIVEN.items() if name != missing.upper()})


def test_the_sandbox_starts_with_its_secrets_alone(started: Any) -> None:
    told = started("web", {"SECRET_KEY": "a", "CREDENTIAL_KEY": "b", "WEBHOOK_KEY": "c"})
    assert (told.environment, told.email_url, told.pix_signing_key) == ("sandbox", None, None)


def test_the_processes_share_what_they_keep() -> None:
    assert {str(COMPOSED["services"][service]["volumes"]) for service in OURS} == {"['data:/data']"}
    assert "data" in COMPOSED["volumes"]


def test_no_secret_and_no_cache_is_copied_into_the_image() -> None:
    left_out = (PROJECT / ".dockerignore").read_text().split()
    ignored = {line.rstrip("/") for line in (PROJECT / ".gitignore").read_text().split()}
    assert {".env", ".git", *(name for name in ignored if name.endswith("_cache") or name == ".hypothesis")} <= {
        *left_out
    }
