"""The guess alarm: after too many guesses in the whole system, strangers get long codes."""

import time
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from users import security
from users.limits.buckets import SKEW
from users.limits.quotas import Bounds, Quota
from users.limits.rows import ALARM
from users.models import Counter, Limit
from users.statements import Statement

KEY = ALARM
LASTS = timedelta(hours=72)
AGAIN = 3600.0  # s until its end is checked again

GUESSES = Quota("guesses", lambda: Bounds(*settings.GUESS_ALARM), _("guesses at 4-digit codes"))
"""Guesses at 4-digit codes by unknown pairs; a refused lot is the alarm."""

RAISE = Statement(
    "raise_alarm",
    """INSERT INTO users_limit (key, kind, count, resets_at)
    VALUES (%(key)s, %(key)s, 1, %(until)s)
    ON CONFLICT (key) DO UPDATE SET resets_at = excluded.resets_at
    WHERE users_limit.resets_at NOT BETWEEN %(now)s AND %(ahead)s RETURNING key""",
)


def take_guess() -> bool:
    """Count a guess before comparing it. False raises the alarm: it must not be compared."""
    if GUESSES.take():
        return True
    now, until = time.time(), time.time() + LASTS.total_seconds()
    if RAISE.row(key=KEY, until=until, now=now, ahead=until + SKEW):
        security.log("guess alarm", **GUESSES.sums()._asdict())
    return False


def is_on(resets_at: float | None) -> bool:
    """Whether the alarm is on, given the time in its row (s since 1970), if there is one.

    It lasts `LASTS`, and then until both sums are below.
    """
    if resets_at is None:
        return False
    now = time.time()
    if now < resets_at <= now + LASTS.total_seconds() + SKEW:
        return True
    row = Limit.objects.filter(key=KEY, resets_at=resets_at)  # not if it was raised again meanwhile
    if not GUESSES.has_room():
        row.update(resets_at=now + AGAIN)
        return True
    if row.delete()[0]:
        security.log("guess alarm over")
    return False


def ends_at() -> float | None:
    """The earliest end of the alarm (s since 1970), or None if it is off."""
    return Limit.objects.filter(key=KEY).values_list("resets_at", flat=True).first()


def end(by: object) -> bool:
    """End the alarm early; both sums start at zero. Returns whether it was on."""
    ended = bool(Limit.objects.filter(key=KEY).delete()[0])
    Counter.objects.filter(kind=GUESSES.kind).delete()
    GUESSES.forget()
    security.log("guess alarm ended", by=by, was_on=ended)
    return ended
