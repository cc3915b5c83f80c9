"""Named SQL statements for hot paths and for writes that must be atomic.

A `Statement` is either compiled once from a queryset with `Param`s, so that fields and rules stay
Django's, or written out where the ORM can't say it. `docs/decisions/statements.md` has the figures.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, models
from django.db.models import sql as orm

Row = tuple[Any, ...]
FIRST = "(SELECT 1) AS before"
JSON = {
    "postgresql": {
        "array": "json_build_array",
        "collect": "json_agg",
        "object": "json_object_agg",
        "nest": "",
        "text": "::text",
        "each": "json_each_text",
        "json": "::json",
    },
    "sqlite": {
        "array": "json_array",
        "collect": "json_group_array",
        "object": "json_group_object",
        "nest": "json",
        "text": "",
        "each": "json_each",
        "json": "",
    },
}
"""The JSON functions that written SQL may use, in braces."""


class Named(str):
    """SQL that has a name, so that a backend may prepare it."""

    name: str

    @classmethod
    def of(cls, name: str, text: str) -> "Named":
        named = cls(text)
        named.name = name
        return named


class Param(models.Expression):
    """A value that a compiled statement is given each time it runs, of a field's type or a text."""

    def __init__(self, name: str, field: Any = None) -> None:
        super().__init__(output_field=field or models.TextField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A placeholder, and in place of a value the parameter itself."""
        return "%s", [self]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The same with its type, which PostgreSQL must know before it has a value."""
        return f"%s::{self.output_field.cast_db_type(connection)}", [self]


class Statement:
    """One SQL statement, named.

    `source` is SQL with named parameters (`%(phone)s`), or a function that returns a queryset whose
    varying values are `Param`s. With `update` it becomes an UPDATE that answers `returning`.
    """

    known: ClassVar[dict[str, "Statement"]] = {}

    def __init__(
        self,
        name: str,
        source: str | Callable[[], models.QuerySet[Any]],
        *,
        update: Mapping[str, Any] | None = None,
        returning: tuple[str, ...] = (),
    ) -> None:
        self.name, self._source, self._update, self._returning = name, source, update, returning
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}
        self._alone: dict[str, Named] = {}
        self._converters: dict[str, Callable[[list[Row]], list[Row]]] = {}
        if Statement.known.setdefault(name, self) is not self:
            raise ValueError(f"there is a statement {name!r} already")

    def rows(self, **params: object) -> list[Row]:
        """All rows; of a compiled statement in Python's types, else as the driver gives them."""
        rows = execute(*self.bound(params))
        convert = self._converters.get(connection.vendor)
        return convert(rows) if convert else rows

    def row(self, **params: object) -> Row | None:
        """The first row, or None: a conditional write that changed nothing returns none."""
        rows = self.rows(**params)
        return rows[0] if rows else None

    def bound(self, params: Mapping[str, object]) -> tuple["Named", dict[str, Any]]:
        """The SQL with named placeholders, and the values as the driver takes them."""
        text, constants = self.sql()
        alone = self._alone.get(text) or self._alone.setdefault(
            text, Named.of(self.name, text.replace("{before}", FIRST))
        )
        return alone, {**constants, **{name: _plain(value) for name, value in params.items()}}

    def sql(self) -> tuple[str, dict[str, Any]]:
        """The SQL for this database and the constants in it; compiled at the first use."""
        vendor = connection.vendor
        if vendor not in self._compiled:
            if isinstance(self._source, str):
                words = {**JSON[vendor], "before": "{before}"}
                self._compiled[vendor] = (self._source.format_map(words), {})
            else:
                self._compiled[vendor] = self._compile(self._source())
        return self._compiled[vendor]

    def _compile(self, rows: models.QuerySet[Any]) -> tuple[str, dict[str, Any]]:
        query, fields = rows.query, rows.model._meta  # noqa: SLF001  # public
        if self._update is not None:
            query = query.chain(orm.UpdateQuery)
            query.add_update_values(dict(self._update))  # type: ignore[attr-defined]
        compiler = query.get_compiler(connection=connection)
        text, values = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select or ()]
        if self._returning:
            columns = [fields.get_field(name).get_col(fields.db_table) for name in self._returning]
            quoted = (connection.ops.quote_name(column.target.column) for column in columns)
            text += f" RETURNING {', '.join(quoted)}"
        if converters := compiler.get_converters(columns):
            self._converters[connection.vendor] = lambda found: [
                tuple(row) for row in compiler.apply_converters(found, converters)
            ]
        names = [
            value.name if isinstance(value, Param) else f"_{n}" for n, value in enumerate(values)
        ]
        return text % tuple(f"%({name})s" for name in names), {
            name: value for name, value in zip(names, values, strict=True) if name.startswith("_")
        }


def columns_of(model: type[models.Model], *, without: Collection[str]) -> list[str]:
    """A table's columns but these, in the order in which `from_db` takes their values."""
    fields = model._meta.concrete_fields  # noqa: SLF001  # public
    return [field.attname for field in fields if field.attname not in without]


def moment(value: datetime | str) -> datetime:
    """A time as a driver or JSON gives it, which may be a text in UTC."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def execute(text: str, values: Mapping[str, Any]) -> list[Row]:
    """Run SQL with named placeholders; its rows as the driver gives them."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[Row] = cursor.fetchall() if cursor.description else []
    return rows


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
