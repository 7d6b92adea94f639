"""What the pages of the staff have in common: money and what the outside said are only looked at, everything else is
changed by actions, and nothing is deleted."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.errors import DomainError

Text = str | Promise


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NothingIsDeleted(ModelAdmin):
    """Rows that money hangs on stay. What an action refuses is said where it was tried."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())
        return answer

    def asked_first(
        self, request: HttpRequest, subject: Model, *, lead: Text, button: Text, act: Callable[[], HttpResponse | None]
    ) -> HttpResponse:
        """The kit's buttons are links: what they do waits for a form."""
        if request.method != "POST":
            said = {"subject": subject, "lead": lead, "button": button, "back": self.address_of(subject)}
            context = {**self.admin_site.each_context(request), **said}
            return TemplateResponse(request, "admin/confirm.html", context)
        try:
            if answer := act():
                return answer
            messages.success(request, _("Done."))
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(self.address_of(subject))

    def address_of(self, row: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
