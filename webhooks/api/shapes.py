"""The answers of 6.2 and 6.8 as the OpenAPI document shows them; tests hold every answer to them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import MomentShown, NumberShown, Shown, TextShown
from webhooks.catalogue import SUBSCRIBABLE
from webhooks.events import TEST
from webhooks.states import DeliveryStatus, EndpointStatus, Trigger


class WebhookShown(Shown):
    id = TextShown(example="wh_4k2j9x7q1m5n8p3r6")
    url = TextShown(form="uri")
    eventType = TextShown(names=SUBSCRIBABLE)
    active = serializers.BooleanField()
    status = TextShown(
        names=tuple(EndpointStatus.values), help_text=_("DISABLED: by us, after a 410 or five days of unbroken failure")
    )
    description = TextShown(allow_null=True)
    includeLifecycle = serializers.BooleanField()
    failingSince = MomentShown(
        allow_null=True, help_text=_("Since when no message was delivered although some were due")
    )
    createdAt = MomentShown()
    updatedAt = MomentShown()


class WebhookWithSecretShown(WebhookShown):
    secret = TextShown(
        allow_null=True, example="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", help_text=_("Shown once; null in a replay")
    )


class AttemptShown(Shown):
    number = NumberShown()
    trigger = TextShown(names=tuple(Trigger.values))
    startedAt = MomentShown()
    endedAt = MomentShown(allow_null=True)
    statusCode = NumberShown(allow_null=True)
    durationMs = NumberShown(allow_null=True)
    error = TextShown(
        allow_null=True, help_text=_("Why there was no answer, such as TIMED_OUT, TLS or ADDRESS_NOT_PUBLIC")
    )
    response = TextShown(allow_null=True, help_text=_("The first 16 kB, kept for 30 days"))


class ResultShown(Shown):
    deliveryId = TextShown()
    eventId = TextShown(help_text=_("The webhook-id of every attempt"))
    webhookId = TextShown()
    eventType = TextShown(names=(*SUBSCRIBABLE, TEST))
    objectId = TextShown(help_text=_("Of the object the message is about, such as a txid"))
    userReference = TextShown(allow_null=True)
    status = TextShown(names=tuple(DeliveryStatus.values))
    createdAt = MomentShown()
    deliveredAt = MomentShown(allow_null=True)
    nextAttemptAt = MomentShown(allow_null=True)
    attempts = serializers.ListField(child=AttemptShown())


class DeliveriesShown(Shown):
    deliveries = NumberShown(help_text=_("How many are sent now"))


class EventShown(Shown):
    about = _("The signed body with two more fields. The rest depends on the type.")

    eventId = TextShown(help_text=_("The webhook-id"))
    createdAt = MomentShown()
    eventType = TextShown(names=(*SUBSCRIBABLE, TEST))
    xTransactionId = TextShown(form="uuid", allow_null=True)
    version = NumberShown()
