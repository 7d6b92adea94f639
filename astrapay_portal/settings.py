"""Django settings. What differs between machines comes from `environment.py`."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from astrapay_portal.environment import PROJECT, Environment

django_stubs_ext.monkeypatch()

environment = Environment()
BASE_DIR = PROJECT
DATA_DIR = environment.data_dir
ENVIRONMENT = environment.environment
SANDBOX = ENVIRONMENT == "sandbox"
API_URL = environment.api_address
PUBLIC_URL = environment.public_address
PIX_LOCATION_HOST = environment.pix_location_host
PIX_SIGNING_KEY = environment.pix_signing_key

DEBUG = environment.debug
SECRET_KEY = environment.secret("secret_key")
CREDENTIAL_KEY = environment.secret("credential_key")
WEBHOOK_KEY = environment.secret("webhook_key")
WEBHOOK_ALLOWED_NETWORKS = environment.webhook_networks
WEBHOOK_CA_FILE = str(environment.webhook_ca_file) if environment.webhook_ca_file else None
WEBHOOK_SOURCE_ADDRESSES = [str(each).removesuffix("/32").removesuffix("/128") for each in environment.webhook_sources]
ALLOWED_HOSTS = environment.allowed_hosts.split(",")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "django_cotton",
    "django_htmx",
    "django_filters",
    "allauth",
    "allauth.account",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "accounts",
    "webhooks",
    "gateways",
    "transactions",
    "charges",
    "astrapay_portal",
]

MIDDLEWARE = [
    "astrapay_portal.aliases.CanonicalPath",
    "core.web.middleware.RequestLog",
    "astrapay_portal.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.web.UserLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.web.middleware.ApiShortCut",  # what follows is about pages
    "core.web.middleware.PathCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.web.middleware.HtmxConventions",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.web.ClientMiddleware",
    "core.web.middleware.OwnErrorPages",
]

ROOT_URLCONF = "astrapay_portal.urls"
WSGI_APPLICATION = "astrapay_portal.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.web.context.frame",
                "accounts.web.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.portal"],
        },
    }
]

# Data -----------------------------------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": {
        **dj_database_url.parse(environment.postgres, conn_max_age=60, conn_health_checks=True),
        # Postgres plans a statement once for a connection, from its sixth time on.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
        "ATOMIC_REQUESTS": False,  # an action that calls a gateway must do so between two transactions
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": environment.valkey,
        "KEY_PREFIX": "astrapay",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 2},
    }
}
REDIS_URL = environment.valkey

PGHISTORY_APPEND_ONLY = True
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True

# People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.hashers.KeyedSha256Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.FourKindsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.PortalAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.AskForResetForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/30m/key,100/m/ip", "login": "60/m/ip", "reset_password": "20/m/ip,5/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT = environment.trusted_proxy_count

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_NAME = "astrapay_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_FAILURE_VIEW = "core.web.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# OAuth ----------------------------------------------------------------------------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.Application"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "SCOPES_BACKEND_CLASS": "accounts.oauth.ApplicationScopes",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.CredentialValidator",
    "CLIENT_SECRET_HASHER": "keyed_sha256",
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
}

# API ------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.bearer.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["core.api.formats.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.formats.StrictJsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.formats.OnlyJson",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.ContractSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "core.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "NON_FIELD_ERRORS_KEY": "\0",  # no field of a caller can have this name
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AstraPay API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": _(
        "Money is a JSON number in reais with at most two decimals; moments are UTC with milliseconds. Every request "
        "names itself with x-transaction-id, and a write with the same value is done once. 400 is what the request "
        "alone can show, 422 what depends on your data; another company's object and an absent one are the same 404."
    ),
    "SERVERS": [{"url": API_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": False,
    "SCHEMA_PATH_PREFIX": "/v1",
    "PREPROCESSING_HOOKS": ["core.api.schema.only_canonical_paths"],
    "POSTPROCESSING_HOOKS": ["core.api.schema_rest.complete"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_URLCONF": "astrapay_portal.api_urls",
}
API_REQUESTS_PER_MINUTE = 600
TOKEN_REQUESTS_PER_MINUTE_BY_CREDENTIAL = 30
TOKEN_REQUESTS_PER_MINUTE_BY_ADDRESS = 300

# Work in the background -----------------------------------------------------------------------------------------

CELERY_BROKER_URL = environment.valkey
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 2,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False


def tick(task: str, seconds: float) -> dict[str, Any]:
    """A tick that no worker ate expires, so that a stopped worker does not come back to a queue of stale ticks."""
    return {"task": task, "schedule": seconds, "options": {"expires": min(2 * seconds, max(seconds, 60))}}


CELERY_BEAT_SCHEDULE = {
    "gateways-sandbox": tick("gateways.tasks.run_sandbox", 1),
    "gateways-notices": tick("gateways.tasks.handle_waiting_notices", 5),
    "charges-refunds": tick("charges.tasks.send_waiting_refunds", 5),
    "charges-unknown": tick("charges.tasks.look_up_unknown_outcomes", 10),
    "charges-expiry": tick("charges.tasks.record_expiries", 5),
    "cards-unknown": tick("transactions.tasks.look_up_unknown_outcomes", 5),
    "cards-lapse": tick("transactions.tasks.let_authorizations_lapse", 60),
    "disputes-expiry": tick("transactions.tasks.expire_disputes", 60),
    "recurrences": tick("transactions.tasks.charge_recurrences", 10),
    "cards-forget": tick("transactions.tasks.forget_deleted_cards", 60),
    "receivables": tick("transactions.tasks.settle_receivables", 60),
    "webhooks-sending": tick("webhooks.tasks.send_due", 1),
    "webhooks-failing": tick("webhooks.tasks.watch_failing", 60),
    "webhooks-mail": tick("webhooks.tasks.mail_notices", 60),
    "webhooks-forget": tick("webhooks.tasks.forget_old_rows", 3600),
    "core-forget": tick("core.tasks.forget_old_rows", 3600),
}

PIX_GATEWAY = environment.pix_gateway or ("gateways.sandbox.pix.SandboxPix" if SANDBOX else None)
CARD_GATEWAY = environment.card_gateway or ("gateways.sandbox.cards.SandboxAcquirer" if SANDBOX else None)
GATEWAY_TIMEOUT_SECONDS = 10.0

# Cards ----------------------------------------------------------------------------------------------------------

SMALLEST_INSTALLMENT = Decimal("5.00")
CAPTURE_WINDOW = timedelta(days=7)
DISPUTE_DAYS = timedelta(days=10)
# While nobody knows the outcome: asked again after these waits, the last one for ever.
CARD_LOOK_UPS = [timedelta(seconds=seconds) for seconds in (5, 5, 10, 10, 60, 300, 900, 3600)]

# Language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Portuguese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = "core.formats"
TIME_ZONE = "America/Sao_Paulo"

# Pages ----------------------------------------------------------------------------------------------------------

FORM_RENDERER = "core.web.forms.PortalRenderer"

STATIC_URL = "/static/"
STATIC_ROOT = environment.static_dir or DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "astrapay_portal.embedded.assets.FetchedAssetsFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.web.assets.PortalStaticFiles"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 0 if SANDBOX else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not SANDBOX
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.trusted_proxy_count else None
SECURE_SSL_REDIRECT = False  # an API call over http is refused by the front server, never redirected

UNFOLD = {
    "SITE_TITLE": "AstraPay",
    "SITE_HEADER": "AstraPay",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "payments",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/mark.svg")}],
    "SHOW_BACK_BUTTON": True,
    "COLORS": {
        "primary": {
            "50": "#eff7f7",
            "100": "#dcecee",
            "200": "#bcdade",
            "300": "#8fc0c6",
            "400": "#5a9da6",
            "500": "#2c7a85",
            "600": "#0b5560",
            "700": "#094a54",
            "800": "#083d46",
            "900": "#083339",
            "950": "#041f24",
        }
    },
    "SIDEBAR": {"show_search": True, "navigation": "astrapay_portal.staff.navigation"},
}

DEFAULT_FROM_EMAIL = environment.default_from_email
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10  # whoever asks for a new password waits for it
if mail := environment.mail:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = mail.host, mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail.user, mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = mail.starts_tls, mail.begins_in_tls

LOGGING_CONFIG = "core.logs.configure"
LOGGING = {"version": 1}  # not empty, or Django would not call the function
