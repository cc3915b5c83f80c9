"""One statement that writes and tells what it wrote: UPDATE or INSERT … RETURNING."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection


def write(sql: str, params: Sequence[object]) -> tuple[Any, ...] | None:
    """Run a statement that changes at most one row; the row it returns, or None if none changed.

    SQLite and PostgreSQL both lock the row while they check its condition, so of any number of
    parallel statements each sees what the one before it wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [_plain(value) for value in params])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows[0] if rows else None


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
