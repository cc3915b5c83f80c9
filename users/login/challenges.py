"""Challenges: one row for each phone and network that asks for a code, with two doors.

With its ticket a challenge can be answered from anywhere, without it only from the network that
asked. Each door has three attempts of its own. Every write is one conditional statement.
"""

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db.models import F, QuerySet

from users.chains import Step
from users.clients import Client
from users.digests import digest, one_time_password
from users.limits.buckets import SKEW
from users.login import gateways
from users.models import Challenge
from users.statements import Statement, columns_of

LIFETIME, RESEND = 300, 60  # s
ATTEMPTS = 3


def for_doors(name: str, text: str) -> dict[str, Statement]:
    """One statement per door: they use different columns and find the row by different keys."""
    found_by = {"ticket": "ticket_key", "network": "key"}
    return {
        door: Statement(f"{name}_by_{door}", text.replace("DOOR", door).replace("FOUND_BY", column))
        for door, column in found_by.items()
    }


COLUMNS = columns_of(Challenge, without=())
OPEN = Statement(
    "open_challenge",
    """INSERT INTO users_challenge (COLUMNS) SELECT VALUES FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET (COLUMNS) = (EXCLUDED)
    WHERE users_challenge.expires_at <= %(sent_at)s OR users_challenge.expires_at > %(ahead)s
        OR users_challenge.digits < excluded.digits
    RETURNING nonce""".replace("COLUMNS", ", ".join(COLUMNS))
    .replace("VALUES", ", ".join(f"%({name})s" for name in COLUMNS))
    .replace("EXCLUDED", ", ".join(f"excluded.{name}" for name in COLUMNS)),
)
RENEW = for_doors(
    "renew_challenge",
    """UPDATE users_challenge SET sent_at = %(now)s, expires_at = %(expires_at)s,
        DOOR_left = %(attempts)s FROM {before}
    WHERE users_challenge.key = %(key)s AND users_challenge.nonce = %(nonce)s
        AND users_challenge.expires_at > %(now)s AND users_challenge.sent_at = %(was_sent_at)s
    RETURNING users_challenge.nonce""",
)
ATTEMPT = for_doors(
    "attempt",
    """UPDATE users_challenge SET DOOR_left = DOOR_left - 1, DOOR_charged = DOOR_charged + 1
    FROM {before} WHERE users_challenge.key = %(key)s AND users_challenge.nonce = %(nonce)s
        AND DOOR_left > 0 AND users_challenge.expires_at > %(now)s RETURNING DOOR_left""",
)
USE = for_doors(
    "use_challenge",
    "DELETE FROM users_challenge WHERE key = %(key)s AND nonce = %(nonce)s RETURNING DOOR_charged",
)


class Change(NamedTuple):
    """A change to a challenge: its new state, the ticket if new, how to do and undo it."""

    challenge: "Living"
    ticket: str
    step: Step
    undo: Callable[[], int]


class Door(NamedTuple):
    """A caller's access to a challenge: by its ticket from anywhere, or from the network."""

    name: str
    key: str

    @classmethod
    def of(cls, phone: str, client: Client, ticket: str) -> "Door":
        """The caller's door; a ticket that was sent counts alone, and only for its phone."""
        if ticket:
            return cls("ticket", digest("ticket", phone, ticket))
        return cls("network", digest("challenge", phone, client.network))


class Living(NamedTuple):
    """A living challenge, read through a door that has `left` attempts."""

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
        """Seconds until this door may ask again; 0 for a door without attempts."""
        wait = self.sent_at + RESEND - time.time()
        return min(wait, RESEND) if self.left and 0 < wait <= RESEND + SKEW else 0.0

    def rows(self) -> QuerySet[Challenge]:
        """The challenge in the database, unless it has been replaced."""
        return Challenge.objects.filter(key=self.key, nonce=self.nonce)

    def attempt(self) -> Step:
        """Charge an attempt to the door; the returned row shows how many are left."""
        params = {"key": self.key, "nonce": self.nonce, "now": time.time()}
        return Step(ATTEMPT[self.door], params, self.refund_attempt)

    def refund_attempt(self) -> int:
        """Refund one attempt of the door; returns 0 if the challenge is gone."""
        left, charged = f"{self.door}_left", f"{self.door}_charged"
        return self.rows().update(**{left: F(left) + 1, charged: F(charged) - 1})

    def matches(self, code: str) -> bool:
        """Whether `code` is correct, compared in constant time."""
        return secrets.compare_digest(self.code.encode(), code.encode())

    def use(self) -> int | None:
        """Use the code up; exactly one of any number of parallel requests succeeds.

        Returns how many attempts were charged through the door, or None.
        """
        row = USE[self.door].row(key=self.key, nonce=self.nonce)
        return int(row[0]) if row else None

    def renewal(self) -> Change:
        """The same code again: its full lifetime, and all attempts of the door."""
        now, left = time.time(), f"{self.door}_left"
        renewed = self._replace(sent_at=now, expires_at=end_of(now))
        params = {
            "key": self.key,
            "nonce": self.nonce,
            "now": now,
            "was_sent_at": self.sent_at,
            "expires_at": renewed.expires_at,
            "attempts": ATTEMPTS,
        }

        def undo() -> int:
            """Take back the waiting time, the lifetime and the attempts, unless one was used."""
            granted = ATTEMPTS - self.left
            was = {"sent_at": self.sent_at, "expires_at": self.expires_at, left: F(left) - granted}
            return self.rows().filter(sent_at=now, **{f"{left}__gte": granted}).update(**was)

        return Change(renewed, "", Step(RENEW[self.door], params), undo)


def opening(phone: str, key: str, digits: int, *, known: bool) -> Change:
    """A new challenge, replacing a dead one or one with a shorter code."""
    now, ticket, nonce = time.time(), secrets.token_urlsafe(16), secrets.token_hex(16)
    end, attempts = end_of(now), {"ticket_left": ATTEMPTS, "network_left": ATTEMPTS}
    row = Challenge(
        key=key,
        ticket_key=digest("ticket", phone, ticket),
        nonce=nonce,
        digits=digits,
        known=known,
        opened_at=now,
        sent_at=now,
        expires_at=end,
        **attempts,
    )
    challenge = Living("ticket", phone, key, nonce, digits, known, ATTEMPTS, now, now, end)
    params = {"ahead": end + SKEW, **{name: getattr(row, name) for name in COLUMNS}}

    def undo() -> int:
        """Delete it, unless somebody has guessed at it."""
        return challenge.rows().filter(ticket_charged=0, network_charged=0).delete()[0]

    return Change(challenge, ticket, Step(OPEN, params), undo)


def end_of(now: float) -> float:
    """When a code requested now ends; its lifetime starts when the gateway has taken it."""
    return now + LIFETIME + gateways.time_limit()
