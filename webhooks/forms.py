"""Forms of the webhook pages."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock, outbound
from core.web.fields import TextField
from core.web.forms import KeyedForm
from webhooks import promises
from webhooks.catalogue import SUBSCRIBABLE
from webhooks.models import Endpoint
from webhooks.states import EndpointStatus

TYPES = [(name, name) for name in SUBSCRIBABLE]


class EndpointForm(KeyedForm):
    url = TextField(
        label=_("Destination URL"),
        max_length=2048,
        help_text=_("https, a public address, port 443 or from 1024 to 65535."),
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
    )
    event_type = forms.ChoiceField(label=_("Event type"), choices=TYPES)
    active = forms.BooleanField(
        label=_("Active"), help_text=_("While it is not, nothing is queued for it."), required=False, initial=True
    )
    include_lifecycle = forms.BooleanField(label=_("Also when a charge expires or is deleted"), required=False)
    description = TextField(label=_("Description"), max_length=140, required=False)

    def clean_url(self) -> str:
        """The form of the address; where it leads is looked up when it is saved."""
        url: str = self.cleaned_data["url"]
        try:
            outbound.target_of(url)
        except outbound.AddressRefused as refused:
            raise forms.ValidationError(refused.reason) from refused
        return url

    def fields_of_draft(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name != "key"}


def initial_of(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "url": endpoint.url,
        "event_type": endpoint.event_type,
        "active": endpoint.status == EndpointStatus.ACTIVE,
        "include_lifecycle": endpoint.include_lifecycle,
        "description": endpoint.description,
    }


class ConfirmForm(KeyedForm):
    """Nothing to type: the question is whether."""


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class RecoverForm(KeyedForm):
    since = forms.DateTimeField(label=_("From"), widget=MomentInput)
    until = forms.DateTimeField(label=_("To"), widget=MomentInput, required=False, help_text=_("Now when left empty."))
    everything = forms.BooleanField(label=_("Also what was delivered"), required=False)

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if since < clock.now() - promises.BODIES_KEPT:
            raise forms.ValidationError(_("Messages are kept for 30 days: choose a later beginning."))
        return since

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and (until or timezone.now()) < since:
            self.add_error("until", _("The end must not lie before the beginning."))
        return values
