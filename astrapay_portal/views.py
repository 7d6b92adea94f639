"""Pages of the project itself."""

import re
from typing import Any

from django.views.generic import TemplateView

from core.errors import REGISTRY


class ErrorCatalogue(TemplateView):
    """For everybody, without sign-in."""

    template_name = "astrapay_portal/errors.html"

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        errors = [(code, error.status, with_names(str(error.message))) for code, error in sorted(REGISTRY.items())]
        return super().get_context_data(**facts, errors=errors)


def with_names(message: str) -> str:
    """What differs from case to case, as a name: `{limit}`."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", message)
