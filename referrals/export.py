"""All users with who invited them as CSV, a chunk at a time, however many there are."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from users.models import User

CHUNK = 2000
COLUMNS = {
    "id": "pk",
    "phone": "phone",
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "joined": "date_joined",
    "last_login": "last_login",
    "active": "is_active",
    "invite_code": "invite_code__value",
    "invitees": "invite_code__activations_count",
    "invited_by": "activation__inviter__phone",
    "activated_code": "activation__code",
    "activated_at": "activation__activated_at",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(users: QuerySet[User]) -> Iterator[bytes]:
    """The lines of a CSV file of `users` by id, in UTF-8 with a mark by which Excel knows it.

    Each chunk begins after the last id of the one before: one short statement for each, so neither
    memory nor a transaction grows with the table.
    """
    yield "\ufeff".encode() + _lines([list(COLUMNS)])
    rows = users.order_by("pk").values_list(*COLUMNS.values())
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        if not connection.in_atomic_block:
            connection.close()  # a slow reader keeps no connection from others
        yield _lines([[_cell(value) for value in row] for row in chunk])
        last = chunk[-1][0]


def _lines(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
