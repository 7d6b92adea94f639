"""States of an endpoint and of a delivery (STATES.md 11)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EndpointStatus(TextChoices):
    """INACTIVE was switched off by a person, DISABLED by us; unless ACTIVE nothing is queued."""

    ACTIVE = "ACTIVE", pgettext_lazy("webhook", "Active")
    INACTIVE = "INACTIVE", pgettext_lazy("webhook", "Inactive")
    DISABLED = "DISABLED", pgettext_lazy("webhook", "Disabled")


ENDPOINT_TRANSITIONS: dict[EndpointStatus, frozenset[EndpointStatus]] = {
    EndpointStatus.ACTIVE: frozenset({EndpointStatus.INACTIVE, EndpointStatus.DISABLED}),
    EndpointStatus.INACTIVE: frozenset({EndpointStatus.ACTIVE}),
    EndpointStatus.DISABLED: frozenset({EndpointStatus.ACTIVE, EndpointStatus.INACTIVE}),
}


class DeliveryStatus(TextChoices):
    PENDING = "PENDING", pgettext_lazy("delivery", "Waiting")
    DELIVERED = "DELIVERED", pgettext_lazy("delivery", "Delivered")
    FAILED = "FAILED", pgettext_lazy("delivery", "Failed")
    CANCELLED = "CANCELLED", pgettext_lazy("delivery", "Cancelled")


DELIVERY_TRANSITIONS: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    DeliveryStatus.PENDING: frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}),
    DeliveryStatus.FAILED: frozenset({DeliveryStatus.DELIVERED}),
    DeliveryStatus.DELIVERED: frozenset(),
    DeliveryStatus.CANCELLED: frozenset(),
}


class Trigger(TextChoices):
    """What made an attempt: the schedule, a resend of one message, or the recovery of a window."""

    AUTOMATIC = "AUTOMATIC", pgettext_lazy("attempt", "Automatic")
    MANUAL = "MANUAL", pgettext_lazy("attempt", "Resent")
    RECOVERY = "RECOVERY", pgettext_lazy("attempt", "Recovered")


class Reason(TextChoices):
    """Why we spoke to the client's administrators about an endpoint."""

    FAILING_THREE_DAYS = "FAILING_THREE_DAYS", _("Nothing was delivered for three days")
    FAILING_FOUR_DAYS = "FAILING_FOUR_DAYS", _("Nothing was delivered for four days")
    DISABLED_BY_FAILURE = "DISABLED_BY_FAILURE", _("Disabled: nothing was delivered for five days")
    DISABLED_BY_RECEIVER = "DISABLED_BY_RECEIVER", _("Disabled: the receiver answered 410")
