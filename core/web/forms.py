"""How forms look; and forms that change something carry a key, so that a double click does one thing."""

import uuid
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.actor import Actor
from core.api.formats import dumps
from core.idempotency import KeyedRequest, fingerprint


class PortalField(forms.BoundField):
    """A field whose control carries the classes of the look."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        if look := look_of(widget):
            given = (widget.attrs.get("class"), built.get("class"), look)
            built["class"] = " ".join(str(each) for each in given if each)
        return built

    @property
    def is_checkbox(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)


def look_of(widget: forms.Widget) -> str:
    match widget:
        case forms.HiddenInput() | forms.MultipleHiddenInput() | forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return ""
        case forms.CheckboxInput():
            return "form-check-input"
        case forms.Select():
            return "form-select"
        case _:
            return "form-control"


class PortalRenderer(TemplatesSetting):
    """`{{ form.field.as_field_group }}` renders templates/django/forms/field.html."""

    bound_field_class = PortalField


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


def judged(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """What is wrong with the one field that is being filled in: the answer to `<c-field check="yes">`."""
    form.is_valid()
    name = request.POST["check"]
    return render(request, "core/_field_errors.html", {"field": form[name] if name in form.fields else None})


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | dict) else str(value)
