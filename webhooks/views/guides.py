"""The guide and the gallery: for everybody, without sign-in."""

from typing import Any

from django.views.generic import TemplateView

from webhooks.guides import gallery, guide


class WebhookGuide(TemplateView):
    template_name = "webhooks/guide.html"

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        return super().get_context_data(**facts, **guide())


class EventGallery(TemplateView):
    template_name = "webhooks/gallery.html"

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        return super().get_context_data(**facts, **gallery())
