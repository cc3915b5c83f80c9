"""Everything that decides about a code, read in one round trip before anything is charged."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from users.clients import Client
from users.limits import alarm
from users.limits.buckets import SKEW, Found
from users.limits.policy import KEYS, keys_of
from users.login.challenges import Door, Living, end_of, for_doors

DAY = 86_400  # s
KNOWN_AFTER, KNOWN_FOR = DAY, 90 * DAY

LOOK = for_doors(
    "look_at_challenge",
    """SELECT (SELECT resets_at FROM users_limit WHERE key = %(alarm)s), EXISTS (
        SELECT 1 FROM users_session JOIN users_user ON users_user.id = users_session.user_id
        WHERE users_user.phone = %(phone)s AND users_session.network = %(network)s
        AND users_session.created_at > %(known_since)s AND users_session.created_at <= %(known_by)s
    ), (SELECT {collect}({array}(key, count, resets_at)){text} FROM users_limit
        WHERE key IN (LIMITS)), challenge.key, nonce, digits, known, DOOR_left, opened_at, sent_at,
    expires_at FROM (SELECT 1) AS one LEFT JOIN users_challenge AS challenge
    ON challenge.FOUND_BY = %(key)s
    AND challenge.expires_at > %(now)s AND challenge.expires_at <= %(ahead)s""".replace(
        "LIMITS", ", ".join(f"%(limit_{n})s" for n in range(KEYS))
    ),
)
FIND = for_doors(
    "find_challenge",
    """SELECT (SELECT resets_at FROM users_limit WHERE key = %(alarm)s),
        challenge.key, nonce, digits, known, DOOR_left, opened_at, sent_at, expires_at
    FROM users_challenge AS challenge WHERE challenge.FOUND_BY = %(key)s
    AND challenge.expires_at > %(now)s AND challenge.expires_at <= %(ahead)s""",
)


@dataclass(frozen=True)
class Outlook:
    """The alarm's end, the pair, its limits and its living challenge."""

    alarm_ends: float | None
    known: bool
    limits: Found
    living: Living | None


def look(phone: str, client: Client, door: Door) -> Outlook:
    """Read all of it in one round trip."""
    now = time.time()
    row = LOOK[door.name].row(
        alarm=alarm.KEY,
        phone=phone,
        network=client.network,
        known_since=datetime.fromtimestamp(now - KNOWN_FOR, UTC),
        known_by=datetime.fromtimestamp(now - KNOWN_AFTER, UTC),
        key=door.key,
        now=now,
        ahead=end_of(now) + SKEW,
        **{f"limit_{n}": key for n, key in enumerate(keys_of(phone, client))},
    )
    alarm_ends, known, limits, key, *others = row or ()
    found = {name: (count, resets_at) for name, count, resets_at in orjson.loads(limits or "[]")}
    living = Living(door.name, phone, key, *others) if key else None
    return Outlook(alarm_ends, bool(known), found, living)


def find(phone: str, door: Door) -> tuple[Living | None, float | None]:
    """What an attempt needs: the living challenge behind a door, and the alarm's end.

    Nothing about users: attempts without a challenge are free, and their time, measured however
    often, must not reveal whether a phone has an account.
    """
    now = time.time()
    row = FIND[door.name].row(alarm=alarm.KEY, key=door.key, now=now, ahead=end_of(now) + SKEW)
    if row is None:
        return None, None
    alarm_ends, *columns = row
    return Living(door.name, phone, *columns), alarm_ends
