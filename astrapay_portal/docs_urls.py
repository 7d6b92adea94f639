"""The API's reference: the document and Swagger UI over it, under the same strict policy as every page; its errors."""

from django.urls import path
from django.views.generic import RedirectView
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from astrapay_portal.views import ErrorCatalogue

OPEN = {"authentication_classes": [], "permission_classes": [AllowAny]}

urlpatterns = [
    path("docs", RedirectView.as_view(pattern_name="webhooks:guide"), name="docs"),
    path(
        "docs/openapi.json",
        SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer], **OPEN),
        name="openapi",
    ),
    path("docs/errors", ErrorCatalogue.as_view(), name="error-catalogue"),
    path("docs/api", SpectacularSwaggerSplitView.as_view(url_name="openapi", **OPEN), name="api-reference"),
]
