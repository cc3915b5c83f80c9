"""Finds the code in pasted text: by itself, in groups of digits, or in the whole message."""

import re

from users.phones import plain_text

LENGTH = 256
"""The longest text that is searched for a code; a message in Cyrillic has 70 characters a part."""

_ALONE = re.compile(r"[0-9 \-]*")
# Not part of a word, a time, a date or a decimal.
_GROUPS = re.compile(r"(?<!\w)(?<!\d[.,:/])\d+(?:[ \-]\d+)*(?!\w)(?![.,:/]\d)")


def code_in(text: str, digits: int) -> str | None:
    """The one code with this number of digits in `text`; None if there is none, or more than one.

    If only digits were entered, all of them count. In a message, the code is the only number of
    the right length; groups separated by single spaces or dashes also count as one number. A
    message with two candidates is refused. users/static/users/fields.js does the same.
    """
    if len(text) > LENGTH:
        return None
    plain = plain_text(text).strip()
    found = [plain] if _ALONE.fullmatch(plain) else _numbers(plain)
    codes = {number for number in map(_joined, found) if len(number) == digits}
    return codes.pop() if len(codes) == 1 else None


def _numbers(message: str) -> list[str]:
    groups: list[str] = _GROUPS.findall(message)
    return groups + [number for group in groups for number in re.split("[ -]", group)]


def _joined(number: str) -> str:
    return re.sub("[ -]", "", number)
