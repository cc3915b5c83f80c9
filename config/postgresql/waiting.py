"""Waits for PostgreSQL, never without limit, while other requests go on.

psycopg2 calls `wait` where libpq would block; libpq's own `connect_timeout` has no effect then.
"""

import time
from typing import Any

from gevent.socket import wait_read, wait_write
from psycopg2 import OperationalError, extensions

from users.waiting import deadline

CONNECTING = 5.0  # seconds per host, unless the URL has a connect_timeout
ANSWERING = 15.0  # seconds per statement
_CONNECTED = (extensions.STATUS_READY, extensions.STATUS_BEGIN, extensions.STATUS_PREPARED)


def wait(link: Any) -> None:
    """Return when libpq can go on.

    Raises `OperationalError` if that takes too long; psycopg2 then closes the connection, so that a
    late answer is never mistaken for the next statement's.
    """
    limit = deadline.left(ANSWERING if link.status in _CONNECTED else _to_connect(link))
    end = time.monotonic() + limit
    while (state := link.poll()) != extensions.POLL_OK:
        ready = wait_read if state == extensions.POLL_READ else wait_write
        try:
            ready(link.fileno(), timeout=max(end - time.monotonic(), 0))
        except TimeoutError:
            raise OperationalError(f"PostgreSQL was silent for {limit:.1f} s") from None


def _to_connect(link: Any) -> float:
    return float(extensions.parse_dsn(link.dsn).get("connect_timeout", 0)) or CONNECTING
