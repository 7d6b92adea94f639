from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = pgettext_lazy("heading", "Webhooks")

    def ready(self) -> None:
        from accounts.permissions import Module, read
        from core.web.modules import Entry, register

        register(
            Entry(
                url_name="webhooks:list",
                label=pgettext_lazy("heading", "Webhooks"),
                icon="webhook",
                group=_("Integration"),
                permission=read(Module.WEBHOOK),
                position=80,
                description=_("Your addresses that hear of each event, signed, at least once"),
            )
        )
