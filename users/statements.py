"""Statements written out: writes that tell what they wrote, and reads on the hottest paths.

The ORM compiles a query anew each time, which costs more than PostgreSQL takes to answer it
(docs/performance.md has the figures).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

Row = tuple[Any, ...]


def write(sql: str, params: Sequence[object]) -> Row | None:
    """Run a statement that changes at most one row; the row it returns, or None if none changed.

    SQLite and PostgreSQL both lock the row while they check its condition, so of any number of
    parallel statements each sees what the one before it wrote.
    """
    rows = read(sql, params)
    return rows[0] if rows else None


def read(sql: str, params: Sequence[object]) -> list[Row]:
    """All rows of a statement, as the driver gives them; for times see `moment`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_plain(value) for value in params])
        rows: list[Row] = cursor.fetchall()
    return rows


def columns_of(model: type[models.Model]) -> list[str]:
    """The names of a table's columns, in the order that `from_db` takes them."""
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001  # public


def moment(value: datetime | str) -> datetime:
    """A time as a driver or JSON gives it, which may be a text in UTC."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
