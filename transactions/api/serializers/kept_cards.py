"""What a request about kept cards may look like (API.md 6.6, tokens)."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from core.api.fields import Choice, StrictSerializer, Text
from core.api.lists import ListQuery
from core.errors import InvalidParameters
from transactions import limits
from transactions.actions.kept_cards import NO_CONSENT
from transactions.api.serializers.cards import CONSENT_HELP, CardBody, ConsentBody, texts_with_the_number


class TokenBody(StrictSerializer):
    card = CardBody()
    customerId = Text(form=limits.CUSTOMER_ID, help_text=_("Your own id of the customer"))
    customerConsent = ConsentBody(required=False, allow_null=True, help_text=CONSENT_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        broken = list(texts_with_the_number(attrs["card"].number, attrs))
        if broken:
            raise InvalidParameters(*broken)
        consent = attrs.get("customerConsent") or NO_CONSENT
        return {"card": attrs["card"], "customer_id": attrs["customerId"], "consent": consent}


class TokenQuery(ListQuery):
    """A list of one customer that does not need its dates."""

    date_fields: ClassVar[dict[str, str]] = {"CREATED": "created_at", "UPDATED": "updated_at"}

    dateField = Choice(("CREATED", "UPDATED"), required=False, help_text=_("CREATED when absent"))
    customerId = Text(max_length=64, help_text=_("Your own id of the customer"))

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return True
