"""Prepares named statements once per connection, so that PostgreSQL plans them only once."""

import re
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2 import errors, extensions

PARAMETER = re.compile(r"%\((\w+)\)s|%%")
TYPES = {
    str: "text",
    bool: "boolean",
    int: "bigint",
    float: "double precision",
    datetime: "timestamptz",
    UUID: "uuid",
}
BEHIND_A_POOLER = (
    "prepared statements got mixed up: behind PgBouncer in transaction mode, set DB_PREPARE=false"
)


class Link(extensions.connection):
    """A connection and its prepared statements."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: set[str] = set()
        self.generation = 0  # increased when the schema has changed under prepared statements


class Cursor(extensions.cursor):
    """A cursor that prepares named statements, see `users.statements.Named`."""

    connection: Link

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  # psycopg2's name
        """Raises `OperationalError` behind a pooler in transaction mode."""
        name = getattr(query, "name", "")
        if not name or not vars:
            return super().execute(query, vars)
        types = tuple((key, type(value)) for key, value in vars.items())
        try:
            self._run(_prepared(name, query, types, self.connection.generation), vars)
        except errors.FeatureNotSupported:  # a column's type has changed
            self.connection.generation += 1
            if self.connection.status != extensions.STATUS_READY:
                raise  # only the whole transaction can be repeated
            self._run(_prepared(name, query, types, self.connection.generation), vars)
        except (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement) as error:
            raise errors.OperationalError(BEHIND_A_POOLER) from error

    def _run(self, statement: "Prepared", values: Any) -> None:
        if statement.name not in self.connection.prepared:
            super().execute(statement.prepare)
            self.connection.prepared.add(statement.name)
        super().execute(statement.execute, values)


class Prepared(NamedTuple):
    """A prepared statement for values of certain types."""

    name: str
    prepare: str
    execute: str


@lru_cache(maxsize=256)
def _prepared(
    name: str, text: str, types: tuple[tuple[str, type], ...], generation: int
) -> Prepared:
    """Its name, its PREPARE with numbered parameters, and its EXECUTE with named ones.

    The types are part of its identity: a value of another type would be converted and rounded.
    """
    known, order = dict(types), list[str]()

    def number(found: re.Match[str]) -> str:
        key = found[1]
        if key is None:
            return "%"
        if key not in order:
            order.append(key)
        return f"${order.index(key) + 1}"

    body = PARAMETER.sub(number, text)
    kinds = ", ".join(TYPES.get(known[key], "unknown") for key in order)
    identity = blake2b(f"{kinds} {generation} {body}".encode(), digest_size=6).hexdigest()
    own = f"{name[:40]}_{identity}"
    values = ", ".join(f"%({key})s" for key in order)
    return Prepared(own, f"PREPARE {own} ({kinds}) AS {body}", f"EXECUTE {own} ({values})")
