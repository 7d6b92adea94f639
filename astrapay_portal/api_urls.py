"""The whole /v1 table, and the documented base paths that lead to it."""

from django.conf import settings
from django.urls import URLPattern, path, register_converter

from accounts.api.views import Me, Requests
from accounts.oauth import Token
from charges.api import sandbox, static_codes, views
from transactions.api.views import balance, cards, disputes, follow_ups, kept_cards, orders, recurrences
from transactions.api.views import sandbox as card_sandbox
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
    "/oauth/v1/token": "/v1/token",
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
    # Credit card
    path("v1/credit-card/transactions", cards.CardTransactions.as_view()),
    path("v1/credit-card/transactions/<id:card_transaction_id>", cards.OneCardTransaction.as_view()),
    path("v1/credit-card/transactions/<id:card_transaction_id>/capture", cards.CaptureCardTransaction.as_view()),
    path("v1/credit-card/transactions/<id:card_transaction_id>/cancel", cards.CancelCardTransaction.as_view()),
    path("v1/credit-card/tokens", kept_cards.Tokens.as_view()),
    path("v1/credit-card/tokens/<id:card_token>", kept_cards.OneToken.as_view()),
    path("v1/credit-card/tokens/<id:card_token>/transactions", kept_cards.TokenTransactions.as_view()),
    path("v1/credit-card/recurrences", recurrences.Recurrences.as_view()),
    path("v1/credit-card/recurrences/<id:recurrence_id>", recurrences.OneRecurrence.as_view()),
    path("v1/credit-card/recurrences/<id:recurrence_id>/cancel", recurrences.CancelRecurrence.as_view()),
    path("v1/credit-card/recurrences/<id:recurrence_id>/schedules", recurrences.Schedules.as_view()),
    path(
        "v1/credit-card/recurrences/<id:recurrence_id>/schedules/<id:schedule_id>/cancel",
        recurrences.CancelSchedule.as_view(),
    ),
    path("v1/credit-card/installments", balance.Installments.as_view()),
    path("v1/statement", balance.Statement.as_view()),
    # Orders and operations
    path("v1/orders", orders.Orders.as_view()),
    path("v1/orders/<id:order_id>", orders.OneOrder.as_view()),
    path("v1/operations", orders.Operations.as_view()),
    path("v1/operations/<id:operation_id>", orders.OneOperation.as_view()),
    path("v1/operations/<id:operation_id>/actions", orders.Actions.as_view()),
    path("v1/operations/<id:operation_id>/captures", follow_ups.Captures.as_view()),
    path("v1/operations/<id:operation_id>/reversals", follow_ups.Reversals.as_view()),
    path("v1/operations/<id:operation_id>/cancels", follow_ups.Cancels.as_view()),
    path("v1/operations/<id:operation_id>/refunds", follow_ups.Refunds.as_view()),
    path("v1/operations/<id:operation_id>/chargebacks", follow_ups.Chargebacks.as_view()),
    path("v1/operations/<id:operation_id>/chargeback-reversals", follow_ups.ChargebackReversals.as_view()),
    path("v1/operations/<id:operation_id>/rebuilds", follow_ups.Rebuilds.as_view()),
    path("v1/contracts/customers/<id:customer_id>", kept_cards.ContractsOfCustomer.as_view()),
    path("v1/contracts/<id:contract_id>/deactivation", kept_cards.Deactivation.as_view()),
    # Disputes, balance
    path("v1/disputes", disputes.Disputes.as_view()),
    path("v1/disputes/<id:dispute_id>", disputes.OneDispute.as_view()),
    path("v1/disputes/<id:dispute_id>/accept", disputes.AcceptDispute.as_view()),
    path("v1/disputes/<id:dispute_id>/evidence", disputes.SendEvidence.as_view()),
    path("v1/balance", balance.Balance.as_view()),
    path("v1/balance/entries", balance.Entries.as_view()),
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
        path("v1/sandbox/med", sandbox.OpenMed.as_view()),
        path("v1/sandbox/med/<id:dispute_id>/win", sandbox.WinMed.as_view()),
        path("v1/sandbox/med/<id:dispute_id>/lose", sandbox.LoseMed.as_view()),
        path("v1/sandbox/operations/<id:operation_id>/chargeback", card_sandbox.OpenChargeback.as_view()),
        path("v1/sandbox/operations/<id:operation_id>/chargeback-win", card_sandbox.WinChargeback.as_view()),
        path("v1/sandbox/operations/<id:operation_id>/chargeback-lose", card_sandbox.LoseChargeback.as_view()),
        path("v1/sandbox/card-transactions/<id:card_transaction_id>/approve", card_sandbox.ApproveReview.as_view()),
        path("v1/sandbox/card-transactions/<id:card_transaction_id>/deny", card_sandbox.DenyReview.as_view()),
        path("v1/sandbox/recurrences/<id:recurrence_id>/run-next", card_sandbox.RunNext.as_view()),
    ]


def canonical(path_info: str) -> str:
    """The canonical path behind a documented one; every other path is its own."""
    for alias, target in ALIASES.items():
        if path_info == alias.rstrip("/") or path_info.startswith(alias.rstrip("/") + "/"):
            return target.rstrip("/") + path_info[len(alias.rstrip("/")) :]
    return path_info
