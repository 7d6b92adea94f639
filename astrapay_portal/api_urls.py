"""The whole /v1 table, and the documented base paths that lead to it."""

from django.conf import settings
from django.urls import URLPattern, path, register_converter

from accounts.api.views import Me, Requests
from accounts.oauth import Token
from charges.api import sandbox, static_codes, views
from webhooks.api import events
from webhooks.api import views as webhooks


class Identifier:
    """Any id that the platform gives. What has another form leads nowhere, before anybody is asked who calls."""

    regex = "[A-Za-z0-9._-]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Identifier, "id")

# A client of the documented products changes only its host. These prefixes are known nowhere else.
ALIASES = {
    "/charge/v1/charges/instant": "/v1/dynamic",
    "/v1/charges/instant": "/v1/dynamic",
    "/oauth/v1/": "/v1/",
    "/charge/v1/": "/v1/",
    "/payment-link/v1": "/v1/payment-links",
}

urlpatterns: list[URLPattern] = [
    path("v1/token", Token.as_view(), name="token"),
    path("v1/me", Me.as_view()),
    path("v1/requests/<str:transaction_id>", Requests.as_view()),
    # Pix charge
    path("v1/dynamic", views.Charges.as_view()),
    path("v1/dynamic/<id:txid>", views.OneCharge.as_view()),
    path("v1/refunds", views.Refunds.as_view()),
    path("v1/refunds/<id:refund_id>", views.OneRefund.as_view()),
    path("v1/cob-static/encode", static_codes.Encode.as_view()),
    path("v1/cob-static/decode", static_codes.Decode.as_view()),
    path("pix/qr/v2/<id:token>", static_codes.Payload.as_view()),
    path("pix/jwks.json", static_codes.Keys.as_view()),
    # Webhooks
    path("v1/webhooks", webhooks.Webhooks.as_view()),
    path("v1/webhooks/results", webhooks.Results.as_view()),
    path("v1/webhooks/results/<id:delivery_id>/resend", webhooks.Resend.as_view()),
    path("v1/webhooks/<id:endpoint_id>", webhooks.OneWebhook.as_view()),
    path("v1/webhooks/<id:endpoint_id>/test", webhooks.Test.as_view()),
    path("v1/webhooks/<id:endpoint_id>/recover", webhooks.Recover.as_view()),
    path("v1/webhooks/<id:endpoint_id>/secret", webhooks.Secret.as_view()),
    path("v1/events", events.Events.as_view()),
    path("v1/events/<id:event_id>", events.OneEvent.as_view()),
]

if settings.SANDBOX:
    urlpatterns += [
        path("v1/sandbox/charges/<id:txid>/pay", sandbox.PayCharge.as_view()),
        path("v1/sandbox/charges/<id:txid>/expire", sandbox.ExpireCharge.as_view()),
        path("v1/sandbox/refunds/<id:refund_id>/complete", sandbox.CompleteRefund.as_view()),
        path("v1/sandbox/refunds/<id:refund_id>/fail", sandbox.FailRefund.as_view()),
    ]


def canonical(path_info: str) -> str:
    """The canonical path behind a documented one; every other path is its own."""
    for alias, target in ALIASES.items():
        if path_info == alias.rstrip("/") or path_info.startswith(alias.rstrip("/") + "/"):
            return target.rstrip("/") + path_info[len(alias.rstrip("/")) :]
    return path_info
