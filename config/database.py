"""Django's settings for the database: SQLite in a file, or PostgreSQL with a strict pool."""

from pathlib import Path
from typing import Any

from config import environment as env


def connected(address: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The complete settings for a parsed URL; `folder` is where tests may put files."""
    if address["ENGINE"].endswith("sqlite3"):
        return {**address, **_sqlite(address.get("OPTIONS", {}), folder)}
    return {**address, **_postgresql(address.get("OPTIONS", {}))}


def _sqlite(options: dict[str, Any], folder: Path) -> dict[str, Any]:
    # Commits survive a crash of the process with `normal`, a power cut only with `full`.
    synchronous = options.get("synchronous", "normal")
    return {
        "ENGINE": "config.sqlite",
        "OPTIONS": {
            # Writers queue up at BEGIN instead of failing when a reader turns into a writer.
            "transaction_mode": "IMMEDIATE",
            "timeout": 0,  # the waiting is ours, see config/sqlite
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};",
        },
        "TEST": {"NAME": folder / ".cache" / "test.sqlite3"},
    }


def _postgresql(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "ENGINE": "config.postgresql",
        # Behind PgBouncer the next chunk may be fetched by another connection, without the cursor.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # A database machine that vanishes is noticed within half a minute.
        "OPTIONS": {
            "connect_timeout": 5,  # seconds for each host of the URL
            "target_session_attrs": "read-write",  # not the old primary after a failover
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,  # milliseconds
            **options,
        },
        # A strict pool: the pool's size is the limit, whatever the number of greenlets.
        "POOL_OPTIONS": {
            "POOL_SIZE": env.read("DB_POOL_SIZE", env.whole(1, 1000), "20"),
            "MAX_OVERFLOW": 0,
            "TIMEOUT": 10,  # seconds that a request waits for a free connection
            "PRE_PING": True,  # by a look at the socket, see config/postgresql
            "RECYCLE": 1800,
        },
    }
