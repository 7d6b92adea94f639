"""Webhooks and their deliveries for the staff, to look at. Secrets are shown to nobody."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from webhooks.models import Delivery, Endpoint


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = ("endpoint_id", "client", "url", "event_type", "status", "failing_since", "created_at")
    list_filter = ("status", "event_type")
    list_select_related = ("client",)
    search_fields = ("endpoint_id", "url")
    exclude = ("secret", "old_secret")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("delivery_id", "client", "endpoint", "status", "attempts", "next_attempt_at", "created_at")
    list_filter = ("status",)
    list_select_related = ("client", "endpoint")
    search_fields = ("delivery_id", "event__event_id", "event__object_id")
    raw_id_fields = ("event", "endpoint")
    ordering = ("-created_at", "-id")
