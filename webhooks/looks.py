"""How the states of webhooks and their deliveries look, and what is said of an attempt."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core import outbound
from core.looks import Look
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.sending import BROKEN, REFUSED
from webhooks.states import DeliveryStatus, EndpointStatus

ENDPOINTS: dict[EndpointStatus, Look] = {
    EndpointStatus.ACTIVE: ("green", "ok"),
    EndpointStatus.INACTIVE: ("gray", "dash"),
    EndpointStatus.DISABLED: ("red", "x"),
}
DELIVERIES: dict[DeliveryStatus, Look] = {
    DeliveryStatus.PENDING: ("orange", "clock"),
    DeliveryStatus.DELIVERED: ("green", "ok"),
    DeliveryStatus.FAILED: ("red", "bang"),
    DeliveryStatus.CANCELLED: ("gray", "x"),
}
UNDER_WAY = _("No answer yet")
ERRORS: dict[str, StrOrPromise] = {
    **{failure.value: failure.label for failure in outbound.Failure},
    **{f"{REFUSED}_{refusal.value}": refusal.label for refusal in outbound.Refusal},
    BROKEN: _("The attempt failed on our side."),
}


def endpoint_look(endpoint: Endpoint) -> Look:
    return ENDPOINTS[EndpointStatus(endpoint.status)]


def health_look(endpoint: Endpoint) -> Look:
    return ("red", "bang") if endpoint.failing_since else ("green", "ok")


def delivery_look(delivery: Delivery) -> Look:
    return DELIVERIES[DeliveryStatus(delivery.status)]


def sentence_of(attempt: Attempt) -> StrOrPromise:
    """Why there was no answer; empty when there was one."""
    if attempt.ended_at is None:
        return UNDER_WAY
    return ERRORS.get(attempt.error, attempt.error)
