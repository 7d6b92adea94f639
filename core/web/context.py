"""What every page's frame knows of the product."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"sandbox": settings.SANDBOX, "environment": settings.ENVIRONMENT}
