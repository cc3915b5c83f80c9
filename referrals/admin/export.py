"""All users with who invited them as CSV, a chunk at a time, however many there are."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from referrals.models import Activation, InviteCode
from users.models import User

CHUNK = 2000
PERSON = (
    *("pk", "phone", "first_name", "last_name", "email"),
    *("date_joined", "last_login", "is_active"),
)
COLUMNS = (
    *("id", "phone", "first_name", "last_name", "email"),
    *("joined", "last_login", "active"),
    *("invite_code", "invitees"),
    *("invited_by", "activated_code", "activated_at"),
)
Row = tuple[Any, ...]

# At the beginning of a cell, or after what some spreadsheets take for the end of one.
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r＝＋－＠])")


def csv_of(users: QuerySet[User]) -> Iterator[bytes]:
    """The lines of a CSV file of `users` by id, in UTF-8 with a mark by which Excel knows it.

    Each chunk begins after the last id of the one before, in short statements, so neither memory
    nor a transaction grows with the table.
    """
    yield "\ufeff".encode() + _lines([COLUMNS])
    people = users.order_by("pk").values_list(*PERSON)
    last = UUID(int=0)
    while chunk := list(people.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        rows = _with_referrals(chunk)
        if not connection.in_atomic_block:
            connection.close()  # a slow reader keeps no connection from others
        yield _lines(rows)


def _with_referrals(people: list[Row]) -> list[Row]:
    """These users with their codes and inviters, looked up by id: a join would scan every table."""
    pks = [person[0] for person in people]
    codes = InviteCode.objects.filter(owner__in=pks)
    done = Activation.objects.filter(invitee__in=pks)
    code_of = _by_first(codes.values_list("owner", "value", "activations_count"))
    activation_of = _by_first(done.values_list("invitee", "inviter__phone", "code", "activated_at"))
    return [
        (*person, *code_of.get(person[0], ("", 0)), *activation_of.get(person[0], ("", "", "")))
        for person in people
    ]


def _by_first(rows: Iterable[Row]) -> dict[Any, Row]:
    return {row[0]: row[1:] for row in rows}


def _lines(rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return FORMULA.sub(r"\1'", str(value))
