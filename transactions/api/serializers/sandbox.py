"""What a sandbox call may look like (API.md 8)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.api.fields import Money, StrictSerializer, Text


class DisputedBody(StrictSerializer):
    about = _("How much is disputed, and why.")

    amount = Money(required=False, allow_null=True, help_text=_("What remains when absent"))
    reasonCode = Text(max_length=10, required=False, allow_null=True, help_text=_("10.4 when absent"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"amount": attrs.get("amount"), "reason_code": attrs.get("reasonCode") or ""}
