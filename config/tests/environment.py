"""The tests' environment, set before settings are read, so that `.env` files have no effect."""

import os
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"
CACHE.mkdir(exist_ok=True)

DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{CACHE / 'unused.sqlite3'}"
SETTINGS = {
    "ALLOWED_HOSTS": "",
    "CORS_ALLOWED_ORIGINS": "",
    "CSRF_TRUSTED_ORIGINS": "",
    "DATABASE_URL": DATABASE_URL,
    "DB_POOL_SIZE": "",
    "DB_PREPARE": "",
    "DEBUG": "false",
    "GUESS_ALARM": "",
    "HOST": "",
    "JWT_SIGNING_KEY": "",
    "LOG_FORMAT": "",
    "METRICS": "",
    "OTP_KEY": "",
    "PHONE_REGION": "",
    "PHONE_REGIONS": "all",
    "PORT": "",
    "PUBLIC_URL": "",
    "SECRET_KEY": "only-for-tests-" + 32 * "x",
    "SMS_DELAY": "",
    "SMS_HOURLY_BUDGET": "",
    "SMS_URL": "outbox://",
    "TEST_PHONES": "",
    "TRUSTED_PROXY_COUNT": "",
    "WEB_CONCURRENCY": "",
}
os.environ.update(SETTINGS)
