"""The pages of webhooks."""

from django.urls import path

from webhooks.views import changes, guides, pages, repair

app_name = "webhooks"

urlpatterns = [
    path("docs/webhooks", guides.WebhookGuide.as_view(), name="guide"),
    path("docs/events", guides.EventGallery.as_view(), name="gallery"),
    path("webhook", pages.EndpointList.as_view(), name="list"),
    path("webhook/new", changes.NewEndpoint.as_view(), name="new"),
    path("webhook/deliveries/<str:delivery_id>/resend", repair.Resend.as_view(), name="resend"),
    path("webhook/<str:endpoint_id>", pages.EndpointDetail.as_view(), name="detail"),
    path("webhook/<str:endpoint_id>/edit", changes.EditEndpoint.as_view(), name="edit"),
    path("webhook/<str:endpoint_id>/delete", changes.DeleteEndpoint.as_view(), name="delete"),
    path("webhook/<str:endpoint_id>/activate", changes.Activate.as_view(), name="activate"),
    path("webhook/<str:endpoint_id>/deactivate", changes.Deactivate.as_view(), name="deactivate"),
    path("webhook/<str:endpoint_id>/secret", changes.RotateSecret.as_view(), name="secret"),
    path("webhook/<str:endpoint_id>/test", repair.SendTest.as_view(), name="test"),
    path("webhook/<str:endpoint_id>/recover", repair.Recover.as_view(), name="recover"),
]
