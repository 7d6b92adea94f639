"""What an installation in production is told, and the settings that come of it."""

import runpy
from typing import Any

import pytest

from astrapay_portal.environment import PROJECT

PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "secret_key": "a",
    "credential_key": "b",
    "webhook_key": "c",
    "pix_signing_key": "-----BEGIN PRIVATE KEY-----",
    "database_url": "postgres://portal@postgres/portal",
    "redis_url": "redis://valkey",
    "allowed_hosts": "portal.example.com",
    "public_url": "https://portal.example.com",
    "api_url": "https://api.example.com",
    "email_url": "smtp://portal:pass%40word@mail.example.com",
}


def settings_of(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, Any]:
    """The settings as a process reads them that was started with these variables."""
    for name, value in given.items():
        monkeypatch.setenv(name.upper(), value)
    return runpy.run_path(str(PROJECT / "astrapay_portal" / "settings.py"))
