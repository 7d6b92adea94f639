"""`check --deploy`: nothing is accepted that cannot be executed (API.md 3)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

GATEWAYS = ("PIX_GATEWAY", "CARD_GATEWAY")


@register(Tags.security, deploy=True)
def gateways_are_configured(app_configs: Any, **_options: Any) -> list[CheckMessage]:
    return [found for name in GATEWAYS for found in _faults(name)]


def _faults(name: str) -> list[CheckMessage]:
    path = getattr(settings, name)
    if not path:
        hint = f"Set the environment variable {name} to the class of a gateway."
        return [Error(f"{name} names no gateway.", hint=hint, id="gateways.E001")]
    try:
        import_string(path)
    except ImportError as error:
        return [Error(f"{name} cannot be imported: {error}", id="gateways.E002")]
    return []
