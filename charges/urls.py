"""The pages of charges."""

from django.urls import path

from charges.views import changes, details, lists, refunds, sandbox, static_codes

app_name = "charges"

urlpatterns = [
    path("charges", lists.ChargeList.as_view(), name="list"),
    path("charges/file.csv", lists.ChargeFile.as_view(), name="file"),
    path("charges/new", changes.NewCharge.as_view(), name="new"),
    path("charges/static-qr", static_codes.StaticCodes.as_view(), name="static-qr"),
    path("charges/<str:txid>", details.ChargeDetail.as_view(), name="detail"),
    path("charges/<str:txid>/edit", changes.EditCharge.as_view(), name="edit"),
    path("charges/<str:txid>/delete", changes.CancelCharge.as_view(), name="cancel"),
    path("charges/<str:txid>/refund", refunds.RefundCharge.as_view(), name="refund"),
    path("charges/<str:txid>/document", details.ShowDocument.as_view(), name="document"),
    path("charges/<str:txid>/pay", sandbox.PayCharge.as_view(), name="sandbox-pay"),
    path("charges/<str:txid>/expire", sandbox.ExpireCharge.as_view(), name="sandbox-expire"),
    path("refunds/<str:refund_id>/complete", sandbox.CompleteRefund.as_view(), name="sandbox-complete"),
    path("refunds/<str:refund_id>/fail", sandbox.FailRefund.as_view(), name="sandbox-fail"),
]
