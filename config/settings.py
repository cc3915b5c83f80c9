"""All settings. Every value comes from the environment or `.env`; .env.example explains each."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from dotenv import load_dotenv

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")


def derived_key(purpose: str) -> str:
    """A key of its own for each purpose, so that none is ever used for two."""
    return hashlib.sha256(f"{purpose}:{SECRET_KEY}".encode()).hexdigest()


# The product

DEBUG = env.read("DEBUG", env.flag, "false")
SECRET_KEY = env.read("SECRET_KEY", env.key)
JWT_SIGNING_KEY = env.read("JWT_SIGNING_KEY", env.key, derived_key("jwt"))
OTP_KEY = env.read("OTP_KEY", env.key, derived_key("otp"))
HOST = env.read("HOST", env.host, "127.0.0.1")
PORT = env.read("PORT", env.whole(1, 65535), "8000")
_everywhere = HOST in ("0.0.0.0", "[::]")  # noqa: S104  # so on the loopback interface, too
_local_url = f"http://{'127.0.0.1' if _everywhere else HOST}:{PORT}"
PUBLIC_URL = env.read("PUBLIC_URL", env.web_address, _local_url)
TRUSTED_PROXY_COUNT = env.read("TRUSTED_PROXY_COUNT", env.whole(0, 10), "0")

PHONE_REGION = env.read("PHONE_REGION", env.region, "RU")
TEST_PHONES = env.read("TEST_PHONES", env.test_phones, ",")

SMS_URL = env.read("SMS_URL", env.gateways, "simulated://")
SMS_DELAY = env.read("SMS_DELAY", env.seconds_range, "1-2")
# Where nothing is sent, nothing is spent.
_simulated = SMS_URL[0].startswith("simulated:")
_budget = "999999999" if _simulated else "10000"
GUESS_ALARM = env.read("GUESS_ALARM", env.guess_alarm, "1000/hour,5000/week")
SMS_HOURLY_BUDGET = env.read("SMS_HOURLY_BUDGET", env.whole(1, 999_999_999), _budget)
PHONE_REGIONS = env.read("PHONE_REGIONS", env.regions, "all" if _simulated else PHONE_REGION)

# Django

PUBLIC_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", env.words, "localhost,127.0.0.1,[::1]")
ALLOWED_HOSTS += [urlsplit(PUBLIC_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = env.read("CSRF_TRUSTED_ORIGINS", env.words, PUBLIC_URL)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "users.User"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.admin.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "users",
    "referrals",
]

MIDDLEWARE = [
    "config.web.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.web.middleware.PagePolicy",
    "config.web.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.web.middleware.AuthenticationMiddleware",
    "config.web.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
LANGUAGE_COOKIE_AGE = 31_536_000
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}

# The pages: where one logs in, and what one sees then. A message waits in a cookie, so that nobody
# who is not logged in makes a row in the database.
LOGIN_URL, LOGIN_REDIRECT_URL = "/", "/profile/"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

PASSWORD_HASHERS = ["users.login.hashing.Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Secure by default; the browser sends Secure cookies to a loopback address without TLS, too.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PUBLIC_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PUBLIC_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
FILE_UPLOAD_HANDLERS = ["config.web.uploads.NoUploads"]
# Nothing from elsewhere, nothing inline; a page that needs more says so where its address is.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Database

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.read("DATABASE_URL", env.database, f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # What was written survives the process with `normal`, and a power cut only with `full`.
    _synchronous = _database.get("OPTIONS", {}).get("synchronous", "normal")
    # Writers queue up at BEGIN instead of failing when a reader turns into a writer.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={_synchronous};",
    }
    _database["TEST"] = {"NAME": BASE_DIR / ".cache" / "test.sqlite3"}
else:
    # Behind PgBouncer the next chunk may be asked of another connection, which has no such cursor.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
    # A database machine that died without a word is noticed within half a minute.
    _database["OPTIONS"] = {
        "connect_timeout": 5,  # seconds for each host of the URL
        "target_session_attrs": "read-write",  # after a failover the old primary only reads
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds
        **_database.get("OPTIONS", {}),
    }
    # A strict pool: the pool's size is the limit, whatever the number of greenlets.
    _database["ENGINE"] = "config.postgresql"
    _database["POOL_OPTIONS"] = {
        "POOL_SIZE": env.read("DB_POOL_SIZE", env.whole(1, 1000), "20"),
        "MAX_OVERFLOW": 0,
        "TIMEOUT": 10,  # seconds that a request waits for a connection to become free
        "PRE_PING": True,  # by a look at the socket, see config/postgresql
        "RECYCLE": 1800,
    }

# Admin

UNFOLD = {
    "SITE_TITLE": _("Referral system"),
    "SITE_HEADER": _("Referral system"),
    "SITE_SYMBOL": "share",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.admin.site.icon"}],
    "STYLES": ["config.admin.site.style"],
    "SHOW_LANGUAGES": True,
    "COLORS": {"primary": "config.admin.site.indigo"},
    "SIDEBAR": {"navigation": "config.admin.site.navigation"},
}

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["users.api.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["config.web.json_api.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.web.json_api.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.web.json_api.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_FORMATTER_CLASS": "config.web.errors.ErrorFormatter",
    "EXCEPTION_HANDLER_CLASS": "config.web.errors.ErrorHandler",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "JTI_CLAIM": None,
    "LEEWAY": timedelta(seconds=30),  # between the clocks of machines
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Referral system",
    "DESCRIPTION": "Login by phone number and invite codes.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "REDOC_UI_SETTINGS": {"typography": {"fontFamily": "system-ui, sans-serif"}},  # its theme
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True},
    "TAGS": [
        {"name": "Login", "description": "A phone number and a one-time password give a JWT pair."},
        {"name": "Sessions", "description": "Where one is logged in, and ending it."},
        {"name": "Profile", "description": "One's own account, invite code and invitees."},
        {"name": "Staff", "description": "All users, for staff only."},
    ],
}

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
        },
    },
    "filters": {
        "request_id": {"()": "config.web.request_ids.Filter"},
        "hide_paths": {"()": "config.server.redaction.HidePaths"},
        "refusals_in_one_line": {"()": "config.server.redaction.RefusalsInOneLine"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.read("LOG_FORMAT", env.one_of("text", "json"), "text"),
            "filters": ["request_id", "hide_paths", "refusals_in_one_line"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would say everything twice.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # The server's own log tells of each answer; errors of status 500 come with a traceback.
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # They tell addresses and bodies of what they send, so phones and codes.
        "apprise": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "urllib3": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
