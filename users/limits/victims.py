"""Whose phone is under attack, for staff: the limits' own keys are digests."""

from users.limits.policy import GUESSES_PER_KNOWN_PHONE, GUESSES_PER_PHONE
from users.models import Limit, User
from users.statements import Statement

LIMITS = {limit.name: limit for limit in (GUESSES_PER_PHONE, GUESSES_PER_KNOWN_PHONE)}

NAME = Statement(
    "name_limit",
    """UPDATE users_limit SET user_id = (SELECT id FROM users_user WHERE phone = %(phone)s)
    WHERE key = %(key)s RETURNING key""",
)


def note(kind: str, key: str, phone: str) -> None:
    """Record whose phone has reached a limit; takes the same work if it is nobody's."""
    if kind in LIMITS:
        NAME.row(key=key, phone=phone)


def victim(row: Limit) -> User | None:
    """The user whose phone has reached a limit, if an account still has this phone."""
    limit = LIMITS.get(row.kind)
    return row.user if limit and row.user and limit.key(row.user.phone) == row.key else None
