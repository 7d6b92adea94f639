"""Every portal and public route."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from astrapay_portal.dashboard import Dashboard
from astrapay_portal.test_data import TestData

# The admin's own sign-in page would know neither the lock-out nor a second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("astrapay_portal.api_urls")),  # first, since its callers are the most and the most hurried
    path("", Dashboard.as_view(), name="home"),
    path("test-data", TestData.as_view(), name="test-data"),
    path("", include("accounts.urls")),
    path("", include("transactions.urls")),
    path("", include("charges.urls")),
    path("", include("webhooks.urls")),
    path("admin/", admin.site.urls),
    path("", include("astrapay_portal.docs_urls")),
]

handler400 = "core.web.errors.bad_request"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.server_error"
