"""What every page's frame knows of the product and of its reader."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEMES = ("light", "dark")
THEME_COOKIE = "astrapay_theme"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Asks no database: the page that says that one is down needs this too."""
    theme = request.COOKIES.get(THEME_COOKIE)
    return {
        "language": get_language(),
        "sandbox": settings.SANDBOX,
        "environment": settings.ENVIRONMENT,
        "theme": theme if theme in THEMES else "light",
    }
