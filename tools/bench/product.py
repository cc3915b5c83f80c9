"""The product as it is measured: production's settings, one proxy in front, limits as they are."""

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
    """Make this process one of the product's, on this database."""
    server.prepare(**settings(url))
