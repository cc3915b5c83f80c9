"""All settings. Every value comes from the environment or `.env`; .env.example explains each."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from corsheaders.defaults import default_headers
from django.utils.translation import gettext_lazy as _
from dotenv import load_dotenv

from config import content_policy, database, loggers, rest, schema
from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")


def derived_key(purpose: str) -> str:
    """A separate key for each purpose."""
    return hashlib.sha256(f"{purpose}:{SECRET_KEY}".encode()).hexdigest()


# The product

DEBUG = env.read("DEBUG", env.flag, "false")
SECRET_KEY = env.read("SECRET_KEY", env.key)
JWT_SIGNING_KEY = env.read("JWT_SIGNING_KEY", env.key, derived_key("jwt"))
OTP_KEY = env.read("OTP_KEY", env.key, derived_key("otp"))
HOST = env.read("HOST", env.host, "127.0.0.1")
PORT = env.read("PORT", env.whole(1, 65535), "8000")
_everywhere = HOST in ("0.0.0.0", "[::]")  # noqa: S104  # includes the loopback interface
_local_url = f"http://{'127.0.0.1' if _everywhere else HOST}:{PORT}"
PUBLIC_URL = env.read("PUBLIC_URL", env.web_address, _local_url)
TRUSTED_PROXY_COUNT = env.read("TRUSTED_PROXY_COUNT", env.whole(0, 10), "0")

PHONE_REGION = env.read("PHONE_REGION", env.region, "RU")
TEST_PHONES = env.read("TEST_PHONES", env.test_phones, ",")

SMS_URL = env.read("SMS_URL", env.gateways, "simulated://")
SMS_DELAY = env.read("SMS_DELAY", env.seconds_range, "1-2")
# Simulated messages cost nothing.
_simulated = SMS_URL[0].startswith("simulated:")
_budget = "999999999" if _simulated else "10000"
GUESS_ALARM = env.read("GUESS_ALARM", env.guess_alarm, "1000/hour,5000/week")
SMS_HOURLY_BUDGET = env.read("SMS_HOURLY_BUDGET", env.whole(1, 999_999_999), _budget)
PHONE_REGIONS = env.read("PHONE_REGIONS", env.regions, "all" if _simulated else PHONE_REGION)

METRICS = env.read("METRICS", env.flag, "false")
# `/start/`, for developers; in production its page is not even imported.
PLAYGROUND = DEBUG and _simulated

# Django

PUBLIC_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", env.words, "localhost,127.0.0.1,[::1]")
ALLOWED_HOSTS += [urlsplit(PUBLIC_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = env.read("CSRF_TRUSTED_ORIGINS", env.words, PUBLIC_URL)
# Front ends on other origins may call the API, with a token and without cookies.
CORS_ALLOWED_ORIGINS = env.read("CORS_ALLOWED_ORIGINS", env.origins, ",")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "x-request-id"]
CORS_EXPOSE_HEADERS = ["Retry-After", "X-Request-ID"]

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
    "corsheaders",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "users",
    "referrals",
    *(["config.playground"] if PLAYGROUND else []),
]

MIDDLEWARE = [
    "config.web.middleware.RequestId",
    *(["config.metrics.requests.Metrics"] if METRICS else []),
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "config.web.middleware.Deadline",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.web.middleware.Policy",
    "config.web.middleware.SessionMiddleware",
    "config.web.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.web.middleware.BodyOfCall",
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

# Pages. Messages wait in a cookie, so that visitors who are not logged in leave no rows in the
# database.
LOGIN_URL, LOGIN_REDIRECT_URL = "/", "/profile/"
DEVICES_URL = "/profile/settings/#sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

PASSWORD_HASHERS = ["users.admin.hashing.Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Secure by default; browsers send Secure cookies to loopback addresses without TLS, too.
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
CONTENT_SECURITY_POLICY = content_policy.POLICY

# Database

# PgBouncer in transaction mode shares connections, and the statements prepared on them.
DB_PREPARE = env.read("DB_PREPARE", env.flag, "true")
_address = env.read("DATABASE_URL", env.database, f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
DATABASES = {"default": database.connected(_address, BASE_DIR)}

# Admin

UNFOLD = {
    "SITE_TITLE": _("Referral system"),
    "SITE_HEADER": _("Referral system"),
    "SITE_SYMBOL": "share",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.admin.site.icon"}],
    "STYLES": ["config.admin.site.style"],
    "SCRIPTS": ["config.admin.site.script"],
    "SHOW_LANGUAGES": True,
    "COLORS": {"primary": "config.admin.site.indigo"},
    "SIDEBAR": {"navigation": "config.admin.site.navigation"},
}

# API

REST_FRAMEWORK = rest.FRAMEWORK
DRF_STANDARDIZED_ERRORS = rest.ERRORS
SIMPLE_JWT = rest.tokens(JWT_SIGNING_KEY)
SPECTACULAR_SETTINGS = schema.SETTINGS

# Logging

LOGGING = loggers.settings(env.read("LOG_FORMAT", env.one_of("text", "json"), "text"))
