"""Chains of conditional writes, one round trip each on PostgreSQL."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction

from users.statements import FIRST, Named, Row, Statement, execute

ROW = "(SELECT row_to_json(step) FROM step)"


class Step(NamedTuple):
    """One statement of a chain with its values, and how to refund what it charged.

    Its SQL selects from `{before}`, and returns a row if it changed one.
    """

    statement: Statement
    params: Mapping[str, object]
    refund: Callable[[], object] | None = None


def run_chain(*steps: Step) -> list[Row]:
    """Run conditional writes in order, each only if the one before changed a row.

    Returns the row of each completed step; fewer rows than steps mean that the chain broke there
    and nothing stays charged. On PostgreSQL the chain is one statement, so the steps before the
    break are done and get refunded; on SQLite they are rolled back. No two steps may write the same
    row, and an UPDATE doesn't see a row that was inserted while the chain waited for a lock.
    """
    if connection.vendor != "postgresql":
        return _run_in_turn(steps)
    rows = _run_as_one(steps)
    if len(rows) < len(steps):
        for step in steps[: len(rows)]:
            if step.refund:
                step.refund()
    return rows


def _run_in_turn(steps: tuple[Step, ...]) -> list[Row]:
    rows: list[Row] = []
    with transaction.atomic():
        for step in steps:
            row = step.statement.row(**step.params)
            if row is None:
                transaction.set_rollback(True)
                break
            rows.append(row)
    return rows


def _run_as_one(steps: tuple[Step, ...]) -> list[Row]:
    values: dict[str, Any] = {}
    for n, step in enumerate(steps):
        _, own = step.statement.bound(step.params)
        values.update({f"{n}_{name}": value for name, value in own.items()})
    (rows,) = execute(_joined(tuple(step.statement for step in steps)), values)
    return [tuple(row.values()) for row in rows if row is not None]


@lru_cache(maxsize=64)
def _joined(statements: tuple[Statement, ...]) -> Named:
    """`WITH` steps, each selecting from the one before; returns each step's row as JSON."""
    parts, before = [], FIRST
    for n, statement in enumerate(statements):
        text = _numbered(statement.sql()[0], n).replace("{before}", before)
        parts.append(f"step_{n} AS ({text})")
        before = f"step_{n} AS before"
    rows = (ROW.replace("step", f"step_{n}") for n in range(len(statements)))
    text = " ".join(("WITH", ", ".join(parts), "SELECT", ", ".join(rows)))
    return Named.of("_".join(("chain", *(statement.name for statement in statements))), text)


def _numbered(text: str, n: int) -> str:
    """The SQL with numbered parameters, since a statement may occur twice in a chain."""
    return re.sub(r"%\((\w+)\)s", rf"%({n}_\1)s", text)
