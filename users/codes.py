"""The life of one one-time password: sent, tried, spent. Each step is one conditional statement.

A code is found by a keyed digest of its phone, its length and its lane. Codes of different length
or lane live side by side, so that a longer code never voids the shorter one already on its way.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from users.digests import digest, one_time_password
from users.errors import CodeRecentlySent
from users.models import LoginCode
from users.sql import write

LIFETIME = timedelta(seconds=300)
RESEND = timedelta(seconds=60)
TRIES = 3
NEVER = datetime(1970, 1, 1, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Slot:
    """The place of a phone's code of one length, on one lane."""

    phone: str
    digits: int
    familiar: bool = False

    @property
    def key(self) -> str:
        """The row's key."""
        return digest("code", self.phone, self.digits, self.familiar)

    @property
    def test_code(self) -> str | None:
        """The fixed code of a phone in `TEST_PHONES` until its last day; it has 4 digits."""
        code, last_day = settings.TEST_PHONES.get(self.phone, ("", date.min))
        return code if self.digits == len(code) and timezone.now().date() <= last_day else None

    def password(self, nonce: str) -> str:
        """The one-time password for `nonce`."""
        return self.test_code or one_time_password(nonce, self.digits)


@dataclass(frozen=True)
class Try:
    """A try that was charged, and the code it must match."""

    slot: Slot
    nonce: str
    left: int
    tried_from: str

    def matches(self, code: str) -> bool:
        """Whether `code` is the right one, compared in constant time."""
        right = self.slot.password(self.nonce)
        return secrets.compare_digest(right.encode(), code.encode())

    def made_from(self, network: str) -> int:
        """How many tries at this very code came from `network`, this one included."""
        mark = _mark(network)
        marks = [self.tried_from[i : i + 8] for i in range(0, len(self.tried_from), 8)]
        return marks.count(mark)

    def spend(self) -> bool:
        """Use the code up. Of any number of parallel requests exactly one is told True."""
        spent, _ = LoginCode.objects.filter(key=self.slot.key, nonce=self.nonce).delete()
        return bool(spent)


def mark_sent(slot: Slot) -> str:
    """The code to send now: the living one again, else a new one, which opens nothing yet.

    Raises `CodeRecentlySent` within `RESEND` of the last sending of a living code.
    """
    now, nonce = timezone.now(), secrets.token_hex(16)
    dead = "(users_logincode.expires_at <= %s OR users_logincode.tries >= %s)"
    fresh = {"nonce", "tries", "tried_from", "delivered", "expires_at"}
    renewed = ", ".join(
        f"{name} = CASE WHEN {dead} THEN excluded.{name} ELSE users_logincode.{name} END"
        for name in sorted(fresh)
    )
    row = write(
        f"""INSERT INTO users_logincode
            (key, nonce, tries, tried_from, delivered, sent_at, expires_at)
        VALUES (%s, %s, 0, '', FALSE, %s, %s)
        ON CONFLICT (key) DO UPDATE SET sent_at = excluded.sent_at, {renewed}
        WHERE {dead} OR users_logincode.sent_at <= %s RETURNING nonce""",  # noqa: S608
        [slot.key, nonce, now, now + LIFETIME, *[now, TRIES] * (len(fresh) + 1), now - RESEND],
    )
    if secrets.randbelow(100) == 0:
        LoginCode.objects.sweep(expires_at__lte=now)
    if row is None:
        raise CodeRecentlySent(_resend_wait(slot, now))
    return slot.password(row[0])


def mark_unsent(slot: Slot) -> None:
    """Take the sending back: the next request sends the same code without waiting."""
    LoginCode.objects.filter(key=slot.key).update(sent_at=NEVER)


def mark_delivered(slot: Slot) -> None:
    """Let the code be tried, and live its full time from now.

    A code that was never delivered can't be tried: else requests that are refused or fail, and so
    cost nothing, would each give an attacker new tries.
    """
    LoginCode.objects.filter(key=slot.key).update(
        delivered=True, expires_at=timezone.now() + LIFETIME
    )


def charge_try(slot: Slot, network: str) -> Try | None:
    """Charge one of the code's tries before it is compared; None if there is no code or no try."""
    row = write(
        """UPDATE users_logincode SET tries = tries + 1, tried_from = tried_from || %s
        WHERE key = %s AND delivered AND expires_at > %s AND tries < %s
        RETURNING nonce, tries, tried_from""",
        [_mark(network), slot.key, timezone.now(), TRIES],
    )
    return Try(slot, row[0], TRIES - row[1], row[2]) if row else None


def remaining_life(slot: Slot) -> float:
    """Seconds until the code expires, whether or not it has tries left; 0 if there is none."""
    now = timezone.now()
    codes = LoginCode.objects.filter(key=slot.key, delivered=True)
    expires_at = codes.values_list("expires_at", flat=True).first()
    return max(0.0, (expires_at - now).total_seconds()) if expires_at else 0.0


def _resend_wait(slot: Slot, now: datetime) -> float:
    sent_at = LoginCode.objects.filter(key=slot.key).values_list("sent_at", flat=True).first()
    return (sent_at + RESEND - now).total_seconds() if sent_at else 0.0


def _mark(network: str) -> str:
    return digest("mark", network)[:8]
