"""Challenges: one row for each phone and network that asks for a code, with two doors to it.

With its ticket a challenge is answered from anywhere, without it from the network that asked. Each
door has three attempts of its own. Every write is one conditional statement.
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
    """The statement for each door: the columns that it uses, the key by which a row is found."""
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
    """A challenge as it will be, the ticket if it is new, and how that is done and undone."""

    challenge: "Living"
    ticket: str
    step: Step
    undo: Callable[[], int]


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
        return min(wait, RESEND) if self.left and 0 < wait <= RESEND + SKEW else 0.0

    def rows(self) -> QuerySet[Challenge]:
        """The challenge in the database, while it is the same."""
        return Challenge.objects.filter(key=self.key, nonce=self.nonce)

    def attempt(self) -> Step:
        """Charge an attempt to the door; the row that it returns says how many are left."""
        params = {"key": self.key, "nonce": self.nonce, "now": time.time()}
        return Step(ATTEMPT[self.door], params, self.refund_attempt)

    def refund_attempt(self) -> bool:
        """Give one attempt back to the door; False if the challenge is used or replaced."""
        left, charged = f"{self.door}_left", f"{self.door}_charged"
        return self.rows().update(**{left: F(left) + 1, charged: F(charged) - 1}) > 0

    def matches(self, code: str) -> bool:
        """Whether `code` is the right one, compared in constant time."""
        return secrets.compare_digest(self.code.encode(), code.encode())

    def use(self) -> int | None:
        """Use the code up. Of any number of parallel requests exactly one succeeds; else None.

        Returns how many attempts were charged through the door.
        """
        row = USE[self.door].row(key=self.key, nonce=self.nonce)
        return int(row[0]) if row else None

    def renewal(self) -> Change:
        """The same code once more: it lives its full time, and the door has its attempts anew."""
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
            """Take back all of it, unless one of the new attempts was used: it isn't free."""
            granted = ATTEMPTS - self.left
            unused = self.rows().filter(**{"sent_at": now, f"{left}__gte": granted})
            was = {"sent_at": self.sent_at, "expires_at": self.expires_at}
            return unused.update(**was, **{left: F(left) - granted})

        return Change(renewed, "", Step(RENEW[self.door], params), undo)


def opening(phone: str, key: str, digits: int, *, known: bool) -> Change:
    """A new challenge, in place of a dead one or of one whose code is shorter."""
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
    unused = challenge.rows().filter(ticket_charged=0, network_charged=0)
    return Change(challenge, ticket, Step(OPEN, params), lambda: unused.delete()[0])


def end_of(now: float) -> float:
    """When a code that is asked for now ends: its life begins once the gateway has taken it."""
    return now + LIFETIME + gateways.time_limit()
