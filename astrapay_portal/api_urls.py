"""The whole /v1 table, and the documented base paths that lead to it."""

from django.conf import settings
from django.urls import URLPattern, path

from accounts.api.views import Me, Requests
from accounts.oauth import Token
from charges.api import sandbox, static_codes, views

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
    path("v1/dynamic/<str:txid>", views.OneCharge.as_view()),
    path("v1/refunds", views.Refunds.as_view()),
    path("v1/refunds/<str:refund_id>", views.OneRefund.as_view()),
    path("v1/cob-static/encode", static_codes.Encode.as_view()),
    path("v1/cob-static/decode", static_codes.Decode.as_view()),
    path("pix/qr/v2/<str:token>", static_codes.Payload.as_view()),
    path("pix/jwks.json", static_codes.Keys.as_view()),
]

if settings.SANDBOX:
    urlpatterns += [
        path("v1/sandbox/charges/<str:txid>/pay", sandbox.PayCharge.as_view()),
        path("v1/sandbox/charges/<str:txid>/expire", sandbox.ExpireCharge.as_view()),
        path("v1/sandbox/refunds/<str:refund_id>/complete", sandbox.CompleteRefund.as_view()),
        path("v1/sandbox/refunds/<str:refund_id>/fail", sandbox.FailRefund.as_view()),
    ]


def canonical(path_info: str) -> str:
    """The canonical path behind a documented one; every other path is its own."""
    for alias, target in ALIASES.items():
        if path_info == alias.rstrip("/") or path_info.startswith(alias.rstrip("/") + "/"):
            return target.rstrip("/") + path_info[len(alias.rstrip("/")) :]
    return path_info
