"""The product as it is measured: production's settings, one proxy in front, limits as they are."""

import os

from tools import server

SETTINGS = {
    "DB_POOL_SIZE": "20",
    "GUESS_ALARM": "999999999/hour,999999999/week",  # at any rate: so many log in within seconds
    "LOG_FORMAT": "json",
    "SMS_DELAY": "1-2",
    "SMS_URL": "simulated://",
    "TRUSTED_PROXY_COUNT": "1",
    "GUNICORN_CMD_ARGS": "--max-requests=0",  # a new worker would hide how the old one grew
}


def settings(url: str) -> dict[str, str]:
    """With this database."""
    return {**SETTINGS, "DATABASE_URL": url}


def prepare(url: str) -> None:
    """Make this process one of the product's, and the tables of its database."""
    os.environ.update(server.environment(**settings(url)))
    os.environ[server.DJANGO] = "config.settings"
    os.chdir(server.ROOT)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
