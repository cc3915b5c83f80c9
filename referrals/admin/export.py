"""Exports any number of users and their inviters as CSV, in chunks.

Phones have a blank after the country code, so that spreadsheets treat them neither as numbers,
which would lose the plus and the last digits, nor as formulas. LibreOffice 7.4 shows them as text
in English, Russian and French; there, `+7916…` became a number even after a no-break space, an
apostrophe stayed visible, and `="+7916…"` was a formula. Remove the blank to get E.164.
"""

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
from users.phones import apart

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
PHONES = {COLUMNS.index(name) for name in ("phone", "invited_by")}
Row = tuple[Any, ...]

# At the start of a cell, or after what some spreadsheets take for the end of one.
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r＝＋－＠])")


def csv_of(users: QuerySet[User]) -> Iterator[bytes]:
    """The lines of a CSV file of `users` by id, in UTF-8 with a byte order mark for Excel.

    Each chunk starts after the last id of the one before, so neither memory nor the length of a
    transaction grows with the table.
    """
    yield "\ufeff".encode() + _lines([COLUMNS])
    people = users.order_by("pk").values_list(*PERSON)
    last = UUID(int=0)
    while chunk := list(people.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        rows = _with_referrals(chunk)
        if not connection.in_atomic_block:
            connection.close()  # a slow reader must not hold a connection
        yield _lines(rows)


def _with_referrals(people: list[Row]) -> list[Row]:
    """Look up codes and inviters by id: a join would scan every table."""
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
    csv.writer(text).writerows(
        [_phone(value) if n in PHONES else _cell(value) for n, value in enumerate(row)]
        for row in rows
    )
    return text.getvalue().encode()


def _phone(value: str | None) -> str:
    """A phone as text; the column's title is left alone."""
    return apart(value) if value and value[0] == "+" else value or ""


def _cell(value: Any) -> str:
    """A value as text that no spreadsheet treats as a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return FORMULA.sub(r"\1'", str(value))
