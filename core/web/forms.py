"""Forms that change something carry a key made when they were rendered: a double click does one thing."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest

from core.actor import Actor
from core.api.formats import dumps
from core.idempotency import KeyedRequest, fingerprint


class KeyedForm(forms.Form):
    """The hidden `key` is the action's key in the idempotency table and shows in the timeline as x-transaction-id."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def keyed_request(self, request: HttpRequest, actor: Actor) -> KeyedRequest:
        """A repeat waits for the first, since a person is looking at it."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return KeyedRequest(
            client_id=actor.client_id,
            method="PORTAL",
            path=request.path_info[:255],
            key=self.cleaned_data["key"],
            fingerprint=fingerprint(dumps(sorted((name, _plain(value)) for name, value in fields.items()))),
            waits=True,
        )


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | dict) else str(value)
