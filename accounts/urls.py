"""Sign-in and what belongs to it. Of allauth only these pages are offered."""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("login", allauth.login, name="account_login"),
    path("logout", allauth.logout, name="account_logout"),
    path("signup", allauth.signup, name="account_signup"),
    path("inactive", allauth.account_inactive, name="account_inactive"),
    path("confirm-password", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/reset", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/done", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("customer-selector", views.ClientSelector.as_view(), name="customer-selector"),
    path("language", views.ChooseLanguage.as_view(), name="choose-language"),
    path("theme", views.ChooseTheme.as_view(), name="choose-theme"),
]
