"""Challenges: one row for each phone and network that asks for a code, with two doors to it.

With its ticket a challenge is answered from anywhere, without it from the network that asked. Each
door has three attempts of its own. Every write is one conditional statement.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from users.chains import Step
from users.clients import Client
from users.digests import digest, one_time_password
from users.limits import alarm
from users.limits.buckets import SKEW, Found
from users.limits.policy import KEYS, keys_of
from users.login import gateways
from users.models import Challenge
from users.statements import Statement

LIFETIME, RESEND = 300, 60  # s
ATTEMPTS = 3
DAY = 86_400
KNOWN_AFTER, KNOWN_FOR = DAY, 90 * DAY


def _for_doors(name: str, text: str) -> dict[str, Statement]:
    """The statement for each door: the columns that it uses, the key by which a row is found."""
    found_by = {"ticket": "ticket_key", "network": "key"}
    return {
        door: Statement(f"{name}_by_{door}", text.replace("DOOR", door).replace("FOUND_BY", column))
        for door, column in found_by.items()
    }


LOOK = _for_doors(
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
OPEN = Statement(
    "open_challenge",
    """INSERT INTO users_challenge (key, ticket_key, nonce, digits, known, ticket_left,
        ticket_charged, network_left, network_charged, opened_at, sent_at, expires_at)
    SELECT %(key)s, %(ticket_key)s, %(nonce)s, %(digits)s, %(known)s, %(attempts)s, 0,
        %(attempts)s, 0, %(now)s, %(now)s, %(expires_at)s FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET ticket_key = excluded.ticket_key, nonce = excluded.nonce,
        digits = excluded.digits, known = excluded.known, ticket_left = excluded.ticket_left,
        ticket_charged = 0, network_left = excluded.network_left, network_charged = 0,
        opened_at = excluded.opened_at, sent_at = excluded.sent_at, expires_at = excluded.expires_at
    WHERE users_challenge.expires_at <= %(now)s OR users_challenge.expires_at > %(ahead)s
        OR users_challenge.digits < excluded.digits
    RETURNING nonce""",
)
RENEW = _for_doors(
    "renew_challenge",
    """UPDATE users_challenge SET sent_at = %(now)s, expires_at = %(expires_at)s,
        DOOR_left = %(attempts)s FROM {before}
    WHERE users_challenge.key = %(key)s AND users_challenge.nonce = %(nonce)s
        AND users_challenge.expires_at > %(now)s AND users_challenge.sent_at = %(was_sent_at)s
    RETURNING users_challenge.nonce""",
)
UNDO_RENEWAL = _for_doors(
    "undo_renewal",
    """UPDATE users_challenge SET sent_at = %(was_sent_at)s, expires_at = %(was_expires_at)s,
        DOOR_left = CASE WHEN DOOR_left > %(granted)s THEN DOOR_left - %(granted)s ELSE 0 END
    WHERE key = %(key)s AND nonce = %(nonce)s AND sent_at = %(sent_at)s RETURNING key""",
)
DISCARD = Statement(
    "discard_challenge",
    """DELETE FROM users_challenge WHERE key = %(key)s AND nonce = %(nonce)s
        AND ticket_charged = 0 AND network_charged = 0 RETURNING key""",
)
ATTEMPT = _for_doors(
    "attempt",
    """UPDATE users_challenge SET DOOR_left = DOOR_left - 1, DOOR_charged = DOOR_charged + 1
    FROM {before} WHERE users_challenge.key = %(key)s AND users_challenge.nonce = %(nonce)s
        AND DOOR_left > 0 AND users_challenge.expires_at > %(now)s RETURNING DOOR_left""",
)
REFUND_ATTEMPT = _for_doors(
    "refund_attempt",
    """UPDATE users_challenge SET DOOR_left = DOOR_left + 1, DOOR_charged = DOOR_charged - 1
    WHERE key = %(key)s AND nonce = %(nonce)s AND DOOR_charged > 0 RETURNING key""",
)
USE = _for_doors(
    "use_challenge",
    "DELETE FROM users_challenge WHERE key = %(key)s AND nonce = %(nonce)s RETURNING DOOR_charged",
)


class Door(NamedTuple):
    """How a caller gets at a challenge: by its ticket from anywhere, or from the network."""

    name: str
    key: str

    @classmethod
    def of(cls, phone: str, client: Client, ticket: str) -> "Door":
        """The caller's door; a ticket that comes along counts alone, and for its phone only."""
        if ticket:
            return cls("ticket", digest("ticket", phone, ticket))
        return cls("network", digest("challenge", phone, client.network))


class Living(NamedTuple):
    """A living challenge as it was read through a door, which has `left` attempts."""

    door: str
    phone: str
    key: str
    nonce: str
    digits: int
    known: bool
    left: int
    opened_at: float
    sent_at: float
    expires_at: float

    @property
    def code(self) -> str:
        """The one-time password."""
        return gateways.test_code(self.phone) or one_time_password(self.nonce, self.digits)

    @property
    def resend_in(self) -> float:
        """Seconds until this door may ask again; a door without attempts may at once."""
        wait = self.sent_at + RESEND - time.time()
        return wait if self.left and 0 < wait <= RESEND else 0.0

    def attempt(self) -> Step:
        """Charge an attempt to the door; the row that it returns says how many are left."""
        params = {"key": self.key, "nonce": self.nonce, "now": time.time()}
        return Step(ATTEMPT[self.door], params, self.refund_attempt)

    def lives(self) -> bool:
        """Whether it can still be answered; it may be used, replaced or over by now."""
        rows = Challenge.objects.filter(key=self.key, nonce=self.nonce)
        return rows.filter(expires_at__gt=time.time()).exists()

    def refund_attempt(self) -> None:
        """Give one attempt back to the door."""
        REFUND_ATTEMPT[self.door].row(key=self.key, nonce=self.nonce)

    def matches(self, code: str) -> bool:
        """Whether `code` is the right one, compared in constant time."""
        return secrets.compare_digest(self.code.encode(), code.encode())

    def use(self) -> int | None:
        """Use the code up. Of any number of parallel requests exactly one succeeds; else None.

        Returns how many attempts were charged through the door.
        """
        row = USE[self.door].row(key=self.key, nonce=self.nonce)
        return int(row[0]) if row else None


@dataclass(frozen=True)
class Outlook:
    """What decides about a code: when the alarm ends, the pair, its limits, a living challenge."""

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
        ahead=_end(now) + SKEW,
        **{f"limit_{n}": key for n, key in enumerate(keys_of(phone, client))},
    )
    alarm_ends, known, limits, key, *others = row or ()
    found = {name: (count, resets_at) for name, count, resets_at in orjson.loads(limits or "[]")}
    living = Living(door.name, phone, key, *others) if key else None
    return Outlook(alarm_ends, bool(known), found, living)


class Opening:
    """A new challenge, and the step that opens it."""

    def __init__(self, phone: str, key: str, digits: int, *, known: bool) -> None:
        self.ticket, now = secrets.token_urlsafe(16), time.time()
        nonce = secrets.token_hex(16)
        self.challenge = Living(
            "ticket", phone, key, nonce, digits, known, ATTEMPTS, now, now, _end(now)
        )

    def step(self) -> Step:
        """Write it, in place of a dead one or of one whose code is shorter."""
        new = self.challenge
        params = {
            "key": new.key,
            "ticket_key": digest("ticket", new.phone, self.ticket),
            "nonce": new.nonce,
            "digits": new.digits,
            "known": new.known,
            "attempts": ATTEMPTS,
            "now": new.sent_at,
            "expires_at": new.expires_at,
            "ahead": new.expires_at + SKEW,
        }
        return Step(OPEN, params)

    def undo(self) -> bool:
        """Delete it, unless somebody guessed at it meanwhile; whether that was done."""
        return DISCARD.row(key=self.challenge.key, nonce=self.challenge.nonce) is not None


class Renewal:
    """The same code once more, and the step that lets it live its full time."""

    ticket = None

    def __init__(self, living: Living) -> None:
        self.challenge, self._now = living, time.time()

    def step(self) -> Step:
        """Give the door that asks its attempts anew."""
        params = {
            "key": self.challenge.key,
            "nonce": self.challenge.nonce,
            "now": self._now,
            "was_sent_at": self.challenge.sent_at,
            "expires_at": _end(self._now),
            "attempts": ATTEMPTS,
        }
        return Step(RENEW[self.challenge.door], params)

    def undo(self) -> bool:
        """Take back the waiting time, the attempts and the longer life."""
        was = self.challenge
        UNDO_RENEWAL[was.door].row(
            key=was.key,
            nonce=was.nonce,
            sent_at=self._now,
            was_sent_at=was.sent_at,
            was_expires_at=was.expires_at,
            granted=ATTEMPTS - was.left,
        )
        return True


def _end(now: float) -> float:
    """When a code that is asked for now ends: its life begins once the gateway has taken it."""
    return now + LIFETIME + gateways.time_limit()
