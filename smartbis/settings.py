"""Settings of every process, all from the environment (see `.env.example`)."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from smartbis.environment import (
    SettingsError,
    database_from_url,
    read_flag,
    read_key,
    read_list,
    read_text,
    read_whole,
)
from smartbis.tenancy.logins import derived_url

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = read_flag("DEBUG")

# -- secrets ----------------------------------------------------------------------------------------------------
_DEVELOPMENT_KEY = "ZGV2ZWxvcG1lbnQta2V5LW5vdC1mb3ItcHJvZHVjdGk=" if DEBUG else None
SECRET_KEY = read_text("SECRET_KEY", "development-only" if DEBUG else None)
SECRET_KEY_FALLBACKS = read_list("SECRET_KEY_FALLBACKS", [])
MASTER_KEY = read_key("MASTER_KEY", _DEVELOPMENT_KEY)

# -- who this process is ----------------------------------------------------------------------------------------
SURFACE = read_text("SMARTBIS_SURFACE", "web")  # web | platform
DATABASE_LOGIN = read_text("DATABASE_LOGIN", "app")  # app | owner | platform | backup


def _database_url(login: str) -> str:
    owner_url = read_text("DATABASE_URL", "")
    if login == "owner":
        return owner_url or read_text("DATABASE_URL")
    given = read_text(f"DATABASE_{login.upper()}_URL", "")
    if not given and not owner_url:
        raise SettingsError(f"set DATABASE_{login.upper()}_URL or DATABASE_URL")
    return given or derived_url(owner_url, login)


DATABASES = {
    "default": {
        "ENGINE": "smartbis.tenancy.backend",
        **database_from_url(_database_url(DATABASE_LOGIN)),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "options": f"-c lock_timeout={read_whole('DATABASE_LOCK_TIMEOUT_MS', 5000)}"
            f" -c statement_timeout={read_whole('DATABASE_STATEMENT_TIMEOUT_MS', 30000)}"
            f" -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
            # The hot paths' statements are prepared at their third use; a pooler that shares sessions needs "no" here.
            "prepare_threshold": 2 if read_flag("DATABASE_PREPARED", default=True) else None,
            # Who waits for a connection tries again at once when the server is back, not when a long pause ends.
            **(
                {
                    "pool": {
                        "min_size": 1,
                        "max_size": read_whole("DATABASE_POOL_SIZE", 8),
                        "timeout": 10,
                        "reconnect_timeout": 10,
                    }
                }
                if read_flag("DATABASE_POOL", default=True)
                else {}
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "smartbis.tenancy",
    "smartbis.outbox",
    "smartbis.customers",
    "smartbis.purchases",
    "smartbis.ledger",
    "vouchers",
    "messaging",
    "programs",
    "insights",
    "automations",
    "dashboard",
    "portal",
    "api",
    "smartbis.local",
]
if SURFACE == "platform":
    INSTALLED_APPS.insert(0, "django.contrib.admin")

MIDDLEWARE = [
    "smartbis.tenancy.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "api.middleware.MachineDoorMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "smartbis.tenancy.middleware.StaffMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "smartbis.urls_platform" if SURFACE == "platform" else "smartbis.urls"
WSGI_APPLICATION = "smartbis.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "libraries": {"ui": "smartbis.ui"},
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# -- people -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "public:sign_in"
LOGIN_REDIRECT_URL = "public:after_sign_in"
# Cookies ignore ports: on one host the platform's sign-in must not replace the team's.
SESSION_COOKIE_NAME = "platform_session" if SURFACE == "platform" else "session"
CSRF_COOKIE_NAME = "platform_csrf" if SURFACE == "platform" else "csrf"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True

# -- addresses --------------------------------------------------------------------------------------------------
BASE_URL = read_text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ADMIN_URL = read_text("ADMIN_URL", "http://127.0.0.1:8001").rstrip("/")
SANDBOX_URL = read_text("SANDBOX_URL", "")
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "testserver", "[::1]"])
CSRF_TRUSTED_ORIGINS = read_list("CSRF_TRUSTED_ORIGINS", [BASE_URL, ADMIN_URL])
_secure = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_HSTS_SECONDS = 31536000 if _secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = read_flag("BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = False

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/api/v1/"],  # JSON that no browser renders
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# -- limits on what is sent to us -------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- language and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["smartbis.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# -- files ------------------------------------------------------------------------------------------------------
DATA_DIR = Path(read_text("DATA_DIR", str(BASE_DIR / ".local")))
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(read_text("MEDIA_ROOT", str(DATA_DIR / "media")))
_hashed_static = read_flag("HASHED_STATIC", default=False)
# Files without a hash are served from where they lie: nothing is collected, and no older collection is looked at.
STATIC_ROOT = Path(read_text("STATIC_ROOT", str(DATA_DIR / "static"))) if _hashed_static else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "smartbis.static_files.HashedStaticFiles"
        if _hashed_static
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _hashed_static

# -- background work --------------------------------------------------------------------------------------------
REDIS_URL = read_text("REDIS_URL", "redis://127.0.0.1:6379/0")

# -- WhatsApp ---------------------------------------------------------------------------------------------------
WHATSAPP_GRAPH_URL = read_text("WHATSAPP_GRAPH_URL", "https://graph.facebook.com").rstrip("/")
WHATSAPP_GRAPH_VERSION = read_text("WHATSAPP_GRAPH_VERSION", "v26.0")
# Where received files may be fetched from with the number's token; a leading dot means any host below.
WHATSAPP_MEDIA_HOSTS = read_list("WHATSAPP_MEDIA_HOSTS", ["lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net"])

# -- machine door -----------------------------------------------------------------------------------------------
API_RATE_PER_SECOND = read_whole("API_RATE_PER_SECOND", 50)  # calls of one key, sustained, per web process
API_RATE_BURST = read_whole("API_RATE_BURST", 1000)  # calls of one key at once, per web process
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJsonParser"],
    "DEFAULT_THROTTLE_CLASSES": ["api.limits.KeyRate"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.AlwaysJson",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "api.problems.problem_response",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_VERSIONING_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Smartbis REST API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "PREPROCESSING_HOOKS": ["api.schema.only_rest"],
    "POSTPROCESSING_HOOKS": ["api.schema.finish"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "displayRequestDuration": True, "tryItOutEnabled": True},
}

# -- logs -------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = None
LOG_FORMAT = read_text("LOG_FORMAT", "console" if DEBUG else "json")
LOG_LEVEL = read_text("LOG_LEVEL", "INFO")

# -- background workers' scheduler is declared in smartbis/celery.py ----------------------------------------------
