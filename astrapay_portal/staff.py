"""The side navigation of the administration, by what the staff looks for."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        group(
            _("Clients"),
            item(_("Clients"), "storefront", "accounts_client"),
            item(_("People"), "person", "accounts_user"),
            item(_("Memberships"), "badge", "accounts_membership"),
            item(_("API credentials"), "key", "accounts_application"),
        ),
        group(
            _("Charges"),
            item(_("Charges"), "receipt_long", "charges_charge"),
            item(_("Refunds"), "undo", "charges_refund"),
            item(_("Notices of gateways"), "inbox", "gateways_notice"),
        ),
        group(
            _("Webhooks"),
            item(_("Webhooks"), "webhook", "webhooks_endpoint"),
            item(_("Deliveries"), "outbox", "webhooks_delivery"),
        ),
        group(
            _("History"),
            item(_("Clients"), "history", "accounts_clientevent"),
            item(_("People"), "history", "accounts_userevent"),
            item(_("Memberships"), "history", "accounts_membershipevent"),
            item(_("Roles"), "history", "accounts_roleevent"),
            item(_("API credentials"), "history", "accounts_applicationevent"),
        ),
    ]


def group(title: str, *items: dict[str, str]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


def item(title: str, symbol: str, model: str) -> dict[str, str]:
    return {"title": title, "icon": symbol, "link": reverse(f"admin:{model}_changelist")}
