"""What a request about recurrences may look like (API.md 6.6)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from core import clock
from core.api.fields import Choice, Document, Flag, Money, StrictSerializer, Text, Whole
from core.api.lists import Day, ListQuery
from core.errors import InvalidParameters, Violation
from transactions import limits
from transactions.actions.kept_cards import NO_CONSENT
from transactions.actions.recurrences import RecurrenceDraft
from transactions.api.serializers.cards import CONSENT_HELP, CardBody, ConsentBody, texts_with_the_number
from transactions.states import Frequency, RecurrenceStatus, RecurrenceType

FURTHEST_START = timedelta(days=366)


class PayingCustomerBody(StrictSerializer):
    name = Text(max_length=limits.CUSTOMER_NAME)
    document = Document(help_text=_("CPF or CNPJ"))


class RecurrenceBody(StrictSerializer):
    type = Choice(tuple(RecurrenceType.values))
    recurrenceFrequency = Choice(tuple(Frequency.values))
    firstTransactionDate = Day(help_text=_("Today, or at most 366 days ahead; the day of the month is kept"))
    numberInstallments = Whole(
        smallest=1,
        largest=limits.MOST_CHARGES,
        required=False,
        allow_null=True,
        help_text=_("The number of charges, each at sight; absent when INDETERMINATE"),
    )
    amount = Money(help_text=_("Of each charge"))
    card = CardBody(required=False, allow_null=True, help_text=_("Not together with token; it becomes a token"))
    token = Text(form=r"[A-Za-z0-9_]{1,36}", required=False, allow_null=True, help_text=_("Not together with card"))
    customer = PayingCustomerBody()
    customerId = Text(
        form=limits.CUSTOMER_ID, required=False, allow_null=True, help_text=_("Your own id; the document when absent")
    )
    customerConsent = ConsentBody(required=False, allow_null=True, help_text=CONSENT_HELP)
    validateCard = Flag(required=False, help_text=_("With a later start: charges R$ 5.00 now and cancels them at once"))
    maximumFailedAttempts = Whole(
        smallest=1, largest=12, required=False, allow_null=True, help_text=_("Failed charges in a row; 3 when absent")
    )
    description = Text(max_length=limits.DESCRIPTION, required=False, allow_null=True)
    userReference = Text(
        max_length=limits.USER_REFERENCE, required=False, allow_null=True, help_text=_("Your own text, echoed back")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        broken = list(self.contradictions(attrs))
        if broken:
            raise InvalidParameters(*broken)
        return {
            "draft": draft_of(attrs),
            "card": attrs.get("card"),
            "token": attrs.get("token"),
            "keep_for": attrs.get("customerId") or "",
            "consent": attrs.get("customerConsent") or NO_CONSENT,
            "validate_card": attrs.get("validateCard", False),
        }

    def contradictions(self, attrs: dict[str, Any]) -> Iterator[Violation]:
        limited, count = attrs["type"] == RecurrenceType.LIMITED_TIMES, attrs.get("numberInstallments")
        if limited and count is None:
            yield Violation("numberInstallments", _("is required for LIMITED_TIMES"))
        if not limited and count is not None:
            yield Violation("numberInstallments", _("must be absent or null for INDETERMINATE"))
        card, token = attrs.get("card"), attrs.get("token")
        if card and token:
            yield Violation("token", _("must not be sent together with card"))
        elif not card and not token:
            yield Violation("card", _("is required when no token is sent"))
        if card:
            yield from texts_with_the_number(card.number, attrs)

    @classmethod
    def in_zone(cls, values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
        """Raises InvalidParameters when the first charge lies in the past, or too far ahead."""
        today = clock.today(zone)
        if not today <= values["draft"].starts_on <= today + FURTHEST_START:
            raise InvalidParameters(Violation("firstTransactionDate", _("must be today or at most 366 days ahead")))
        return values


def draft_of(attrs: dict[str, Any]) -> RecurrenceDraft:
    return RecurrenceDraft(
        type=RecurrenceType(attrs["type"]),
        frequency=Frequency(attrs["recurrenceFrequency"]),
        starts_on=attrs["firstTransactionDate"],
        amount=attrs["amount"],
        installments=attrs.get("numberInstallments"),
        customer_name=attrs["customer"]["name"],
        customer_document=attrs["customer"]["document"],
        maximum_failed_attempts=attrs.get("maximumFailedAttempts") or 3,
        description=attrs.get("description") or "",
        user_reference=attrs.get("userReference") or "",
    )


class RecurrenceQuery(ListQuery):
    status = Choice(tuple(RecurrenceStatus.values), required=False)
    userReference = Text(required=False, max_length=limits.USER_REFERENCE)


class ScheduleQuery(ListQuery):
    """A list that does not need its dates."""

    date_fields: ClassVar[dict[str, str]] = {"CREATED": "recurrence__created_at", "UPDATED": "updated_at"}

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return True
