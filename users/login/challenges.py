"""The life of one one-time password: sent, tried, spent. Each step is one conditional statement.

A code is found by a keyed digest of its phone, its length and, for a long one, the network it was
asked for from. Such codes live side by side: a long code voids no short one already on its way, and
strangers elsewhere can't use up the tries of the owner's.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from users.digests import digest, one_time_password
from users.errors import CodeRecentlySent
from users.models import LoginCode
from users.statements import write

LIFETIME = timedelta(seconds=300)
RESEND = timedelta(seconds=60)
TRIES = 3
MARK = 8  # characters that stand for a network in `wrong_from`
NEVER = datetime(1970, 1, 1, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Slot:
    """The place of a phone's code of one length; for long codes, of one network."""

    phone: str
    digits: int
    network: str = ""

    @property
    def key(self) -> str:
        """The row's key."""
        return digest("code", self.phone, self.digits, self.network)

    @property
    def phone_key(self) -> str | None:
        """What all long codes of the phone have in common."""
        return digest("phone", self.phone) if self.network else None

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
    key: str
    nonce: str
    left: int

    def matches(self, code: str) -> bool:
        """Whether `code` is the right one, compared in constant time."""
        right = self.slot.password(self.nonce)
        return secrets.compare_digest(right.encode(), code.encode())

    def spend(self, network: str) -> "Spent | None":
        """Use the code up. Of any number of parallel requests exactly one succeeds; else None."""
        row = write(
            """DELETE FROM users_logincode WHERE key = %s AND nonce = %s
            RETURNING wrong_from, familiar""",
            [self.key, self.nonce],
        )
        if row is None:
            return None
        marks = [row[0][i : i + MARK] for i in range(0, len(row[0]), MARK)]
        return Spent(wrong=marks.count(_mark(network)), familiar=bool(row[1]))

    def mark_wrong(self, network: str) -> None:
        """Remember where a wrong guess came from, for the login that may give it back."""
        LoginCode.objects.filter(key=self.key, nonce=self.nonce).update(
            wrong_from=Concat(F("wrong_from"), Value(_mark(network)))
        )


@dataclass(frozen=True)
class Spent:
    """What a used code cost: guesses `wrong` from the network that used it, and who paid."""

    wrong: int
    familiar: bool


def mark_sent(slot: Slot, *, familiar: bool) -> str:
    """The nonce of the code to send now: the living one again, else a new one.

    A new one opens nothing until `mark_delivered`. `familiar` tells which budget paid.
    Raises `CodeRecentlySent` within `RESEND` of the last sending of a living code.
    """
    now, nonce = timezone.now(), secrets.token_hex(16)
    dead = "(users_logincode.expires_at <= %s OR users_logincode.tries >= %s)"
    fresh = {"nonce", "tries", "roaming_tries", "wrong_from", "delivered", "expires_at"}
    renewed = ", ".join(
        f"{name} = CASE WHEN {dead} THEN excluded.{name} ELSE users_logincode.{name} END"
        for name in sorted(fresh)
    )
    row = write(
        f"""INSERT INTO users_logincode
            (key, phone_key, nonce, tries, roaming_tries, wrong_from, delivered, familiar,
             sent_at, expires_at)
        VALUES (%s, %s, %s, 0, 0, '', FALSE, %s, %s, %s)
        ON CONFLICT (key) DO UPDATE SET
            sent_at = excluded.sent_at, familiar = excluded.familiar, {renewed}
        WHERE {dead} OR users_logincode.sent_at <= %s RETURNING nonce""",  # noqa: S608
        [
            slot.key,
            slot.phone_key,
            nonce,
            familiar,
            now,
            now + LIFETIME,
            *[now, TRIES] * (len(fresh) + 1),
            now - RESEND,
        ],
    )
    if secrets.randbelow(100) == 0:
        LoginCode.objects.sweep(expires_at__lte=now)
    if row is None:
        refuse_if_recent(slot)
        raise CodeRecentlySent(1)
    return str(row[0])


def refuse_if_recent(slot: Slot) -> None:
    """Raise `CodeRecentlySent` if a living code was sent less than `RESEND` ago."""
    now = timezone.now()
    living = LoginCode.objects.filter(key=slot.key, expires_at__gt=now, tries__lt=TRIES)
    sent_at = living.values_list("sent_at", flat=True).first()
    if sent_at and sent_at > now - RESEND:
        raise CodeRecentlySent((sent_at + RESEND - now).total_seconds())


def mark_unsent(slot: Slot, nonce: str) -> None:
    """Take the sending back: the next request sends the same code without waiting."""
    LoginCode.objects.filter(key=slot.key, nonce=nonce).update(sent_at=NEVER)


def mark_delivered(slot: Slot, nonce: str) -> None:
    """Let the code be tried, and live its full time from now.

    A code that was never delivered can't be tried: else requests that fail, and so cost nothing,
    would each give an attacker new tries.
    """
    write(
        """UPDATE users_logincode SET delivered = TRUE, expires_at = %s
        WHERE key = %s AND nonce = %s RETURNING key""",
        [timezone.now() + LIFETIME, slot.key, nonce],
    )


def charge_try(slot: Slot) -> Try | None:
    """Charge one of the code's tries before it is compared; None if there is no code or no try."""
    row = write(
        """UPDATE users_logincode SET tries = tries + 1
        WHERE key = %s AND delivered AND expires_at > %s AND tries < %s
        RETURNING nonce, tries""",
        [slot.key, timezone.now(), TRIES],
    )
    return Try(slot, slot.key, row[0], TRIES - row[1]) if row else None


def charge_roaming_tries(slot: Slot) -> list[Try]:
    """Charge a try at each long code of the phone that was asked for from another network.

    All other networks have three tries at each together, apart from those of its own.
    """
    now = timezone.now()
    codes = LoginCode.objects.filter(phone_key=slot.phone_key, delivered=True, expires_at__gt=now)
    charged = []
    for key in codes.exclude(key=slot.key).values_list("key", flat=True):
        row = write(
            """UPDATE users_logincode SET roaming_tries = roaming_tries + 1
            WHERE key = %s AND roaming_tries < %s RETURNING nonce, roaming_tries""",
            [key, TRIES],
        )
        if row:
            charged.append(Try(slot, key, row[0], TRIES - row[1]))
    return charged


def remaining_life(slot: Slot) -> float:
    """Seconds until the code expires, whether or not it has tries left; 0 if there is none."""
    now = timezone.now()
    codes = LoginCode.objects.filter(key=slot.key, delivered=True)
    expires_at = codes.values_list("expires_at", flat=True).first()
    return max(0.0, (expires_at - now).total_seconds()) if expires_at else 0.0


def _mark(network: str) -> str:
    return digest("mark", network)[:MARK]
