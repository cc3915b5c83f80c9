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


def settings(url: str, **others: str) -> dict[str, str]:
    """With this database, and where `others` differ."""
    return {**SETTINGS, "DATABASE_URL": url, **others}


def through(receiver: server.Server) -> dict[str, str]:
    """What differs where messages leave by a real gateway, beside everything else that runs."""
    return {
        "SMS_URL": f"json://127.0.0.1:{receiver.port}/",
        "SMS_HOURLY_BUDGET": "999999999",
        "DB_POOL_SIZE": "5",  # PostgreSQL takes 100 connections, and two other servers have 80
    }


def prepare(url: str) -> None:
    """Make this process one of the product's, on this database."""
    server.prepare(**settings(url))


def prepare_database(url: str) -> None:
    """The same without static files, beside a process that has collected them."""
    server.prepare_database(**settings(url))
