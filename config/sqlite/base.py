"""Django's backend, except that waiting for other writers doesn't block other requests.

SQLite's own way of waiting would stop the whole worker: all other requests, the health check, and
then whichever request wants to write next.
"""

import itertools
import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from users.waiting import deadline

T = TypeVar("T")
PATIENCE = 20.0  # seconds
PAUSES = (0.001, 0.002, 0.005, 0.01, 0.02)  # seconds; the last one repeats
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)


class Cursor(base.SQLiteCursorWrapper):
    """Waits before a transaction; within one, it holds the lock."""

    def execute(self, query: str, params: Any = None) -> Any:
        execute = super().execute
        if self.connection.in_transaction:
            return execute(query, params)
        return patiently(lambda: execute(query, params))


class DatabaseWrapper(base.DatabaseWrapper):
    """A request's connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connect = super().get_new_connection
        return patiently(lambda: connect(conn_params))

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _commit(self) -> None:  # without a write-ahead log, readers may delay it
        patiently(super()._commit)  # type: ignore[misc]  # not in the stubs


def patiently(action: Callable[[], T]) -> T:
    """Retry until no other connection holds the lock; re-raises its error when time is up."""
    end = time.monotonic() + deadline.left(PATIENCE)
    pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
    while True:
        try:
            return action()
        except (sqlite3.OperationalError, OperationalError) as error:
            if getattr(error.__cause__ or error, "sqlite_errorcode", 0) not in LOCKED:
                raise
            if time.monotonic() > end:
                raise
        time.sleep(next(pauses))
