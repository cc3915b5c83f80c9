"""The real server on the test's database."""

import os
from contextlib import AbstractContextManager
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from config.tests.environment import SETTINGS
from tools.server import Server, serving

APPLICATION = "server under test"  # its connections' name in pg_stat_activity


def database_url() -> str:
    """The URL of the test's database, for other processes."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def running(**settings: str) -> AbstractContextManager[Server]:
    """By default two workers behind one proxy, with an instant gateway."""
    usual = {
        "SECRET_KEY": SETTINGS["SECRET_KEY"],
        "DATABASE_URL": database_url(),
        "SMS_URL": "simulated://",
        "SMS_DELAY": "0",
        "TRUSTED_PROXY_COUNT": "1",
        "PGAPPNAME": APPLICATION,
        "WEB_CONCURRENCY": "2",
    }
    return serving(**usual | settings)
