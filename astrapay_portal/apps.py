from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "astrapay_portal"

    def ready(self) -> None:
        from core.web.modules import Entry, register

        if settings.SANDBOX:
            register(
                Entry(
                    url_name="test-data",
                    label=_("Test data"),
                    icon="flask-2",
                    group=_("Integration"),
                    permission="any",
                    position=90,
                    description=_("Amounts, cards, documents and payers that the sandbox knows"),
                )
            )
