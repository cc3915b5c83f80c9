"""Waiting for PostgreSQL: never without limit, and other requests go on meanwhile.

psycopg2 calls `wait` where libpq would block. libpq's own `connect_timeout` doesn't hold then.
"""

import time
from typing import Any

from gevent.socket import wait_read, wait_write
from psycopg2 import OperationalError, extensions

CONNECTING = 5.0  # seconds for one host, unless the URL has a connect_timeout
ANSWERING = 15.0  # seconds for a statement
_CONNECTED = (extensions.STATUS_READY, extensions.STATUS_BEGIN, extensions.STATUS_PREPARED)


def wait(link: Any) -> None:
    """Return when libpq has what it waits for.

    Raises `OperationalError` when that takes too long; psycopg2 closes the connection then, so
    that a late answer is never taken for the next statement's.
    """
    limit = ANSWERING if link.status in _CONNECTED else _to_connect(link)
    end = time.monotonic() + limit
    while (state := link.poll()) != extensions.POLL_OK:
        ready = wait_read if state == extensions.POLL_READ else wait_write
        try:
            ready(link.fileno(), timeout=max(end - time.monotonic(), 0))
        except TimeoutError:
            raise OperationalError(f"PostgreSQL was silent for {limit:g} s") from None


def _to_connect(link: Any) -> float:
    return float(extensions.parse_dsn(link.dsn).get("connect_timeout", 0)) or CONNECTING
