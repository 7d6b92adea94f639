"""What a request of 6.2 and 6.8 may look like. What depends on our data is the action's to say."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from core.api.fields import Choice, Flag, StrictSerializer, Text
from core.api.lists import ListQuery, When
from webhooks.catalogue import SUBSCRIBABLE
from webhooks.events import TEST
from webhooks.states import DeliveryStatus

ONLY_CREATED: dict[str, str] = {"CREATED": "created_at"}


class WebhookFields(StrictSerializer):
    url = Text(max_length=2048, help_text=_("https, a public address, port 443 or from 1024 to 65535"))
    eventType = Choice(SUBSCRIBABLE)
    description = Text(max_length=140, required=False, allow_null=True)
    includeLifecycle = Flag(required=False, help_text=_("Also when a charge expires or is deleted; false when absent"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": attrs["url"],
            "event_type": attrs["eventType"],
            "active": attrs.get("active", True),
            "description": attrs.get("description") or "",
            "include_lifecycle": attrs.get("includeLifecycle", False),
        }


class WebhookBody(WebhookFields):
    active = Flag(required=False, help_text=_("true when absent"))


class WebhookInPlaceBody(WebhookFields):
    about = _("What is absent is cleared.")

    active = Flag()


class RecoverBody(StrictSerializer):
    since = When(help_text=_("At most 30 days ago"))
    until = When(required=False, allow_null=True, help_text=_("Now when absent"))
    all = Flag(required=False, help_text=_("Also what was delivered; false when absent"))


class UndatedQuery(ListQuery):
    """A list that does not need its dates."""

    date_fields: ClassVar[dict[str, str]] = ONLY_CREATED

    dateField = Choice(tuple(ONLY_CREATED), required=False)

    def has_exact(self, attrs: dict[str, Any]) -> bool:
        return True


class WebhookQuery(UndatedQuery):
    url = Text(required=False, max_length=2048, help_text=_("Contains this text"))
    eventType = Choice(SUBSCRIBABLE, required=False)
    active = Choice(("true", "false"), required=False)


class ResultQuery(ListQuery):
    exact = ("txid",)
    date_fields = ONLY_CREATED

    dateField = Choice(tuple(ONLY_CREATED), required=False)
    webhookId = Text(required=False, max_length=20)
    eventType = Choice((*SUBSCRIBABLE, TEST), required=False)
    status = Choice(tuple(DeliveryStatus.values), required=False)
    txid = Text(required=False, max_length=40, help_text=_("Makes the dates unnecessary"))
    userReference = Text(required=False, max_length=100)


class EventQuery(UndatedQuery):
    eventType = Choice((*SUBSCRIBABLE, TEST), required=False)
    objectId = Text(required=False, max_length=40, help_text=_("Of the object the message is about, such as a txid"))
    since = Text(
        required=False,
        max_length=40,
        help_text=_("The eventId of the last message read: what came after it, oldest first"),
    )
