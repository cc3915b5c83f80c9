"""Exact limits that parallel requests can't exceed: each is one row, charged by one statement.

A `RateLimit` refills steadily (GCRA: the row holds the moment when nothing is used any more). A
`FailureLimit` counts failures and forgets them after a quiet time. Both share one protocol:
`step` for a chain, `take` alone, `refund`, and `wait_of`, `used_of`, `most` to look at a row.

Times are seconds since 1970 by this process's clock. A row's time further ahead than the limit can
put it comes from a wrong clock and is ignored (`SKEW` is allowed).
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from users.chains import Step
from users.digests import digest
from users.models import Limit
from users.statements import Statement

SKEW = 60.0  # s
ALARM = "guess-alarm"
Found = Mapping[str, tuple[int, float]]
"""Rows of limits that were read: key → (count, resets_at)."""

LIMITS: dict[str, "AnyLimit"] = {}  # every one that was made, by its name

TAKE_RATE = Statement(
    "take_rate",
    """INSERT INTO users_limit (key, kind, count, resets_at)
    SELECT %(key)s, %(kind)s, 0, %(now)s + %(period)s FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET resets_at = %(period)s +
        CASE WHEN users_limit.resets_at BETWEEN %(now)s AND %(ahead)s
            THEN users_limit.resets_at ELSE %(now)s END
    WHERE users_limit.resets_at <= %(latest)s OR users_limit.resets_at > %(ahead)s
    RETURNING key""",
)
REFUND_RATE = Statement(
    "refund_rate",
    "UPDATE users_limit SET resets_at = resets_at - %(seconds)s WHERE key = %(key)s RETURNING key",
)
TAKE_FAILURE = Statement(
    "take_failure",
    """INSERT INTO users_limit (key, kind, count, resets_at)
    SELECT %(key)s, %(kind)s, 1, %(renewed)s FROM {before} WHERE TRUE
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN COUNTS THEN users_limit.count + 1 ELSE 1 END,
        resets_at = CASE WHEN COUNTS AND NOT %(failed)s
            THEN users_limit.resets_at ELSE excluded.resets_at END
    WHERE users_limit.count < %(most)s OR NOT (COUNTS)
    RETURNING %(most)s - count""".replace(
        "COUNTS", "users_limit.resets_at > %(now)s AND users_limit.resets_at <= %(ahead)s"
    ),
)
REFUND_FAILURES = Statement(
    "refund_failures",
    """UPDATE users_limit SET count = CASE WHEN count > %(count)s THEN count - %(count)s ELSE 0 END
    WHERE key = %(key)s RETURNING key""",
)


@dataclass(frozen=True)
class RateLimit:
    """`most` at once, one more every `period`."""

    name: str
    most: int
    period: timedelta
    title: Any = field(default="", compare=False)

    def __post_init__(self) -> None:
        LIMITS.setdefault(self.name, self)

    def key(self, *who: object) -> str:
        """The row's key; it names nobody."""
        return digest(self.name, *who)

    def step(self, *who: object) -> Step:
        """Take one, as a step of a chain; it breaks the chain where none is left."""
        now, period = time.time(), self.period.total_seconds()
        params = {
            "key": self.key(*who),
            "kind": self.name,
            "now": now,
            "period": period,
            "latest": now + (self.most - 1) * period,
            "ahead": now + self.most * period + SKEW,
        }
        return Step(TAKE_RATE, params, lambda: self.refund(*who))

    def take(self, *who: object) -> float:
        """Take one; 0, or the seconds until there is one."""
        return _take(self, *who)

    def refund(self, *who: object) -> None:
        """Give one back; what is full stays full."""
        REFUND_RATE.row(key=self.key(*who), seconds=self.period.total_seconds())

    def wait_of(self, count: int, resets_at: float) -> float:
        """Seconds until one can be taken, by a row's values; never more than `period`."""
        wait = resets_at - time.time() - (self.most - 1) * self.period.total_seconds()
        period = self.period.total_seconds()
        return min(wait, period) if 0 < wait <= period + SKEW else 0.0

    def used_of(self, count: int, resets_at: float) -> int:
        """How many are used, by a row's values."""
        left, period = resets_at - time.time(), self.period.total_seconds()
        used = math.ceil(left / period) if 0 < left <= self.most * period + SKEW else 0
        return min(used, self.most)


@dataclass(frozen=True)
class FailureLimit:
    """Up to `most` failures, forgotten `quiet` after the last one.

    Each attempt is charged before its outcome is told, and given back if it was none.
    """

    name: str
    most: int
    quiet: timedelta
    title: Any = field(default="", compare=False)

    def __post_init__(self) -> None:
        LIMITS.setdefault(self.name, self)

    def key(self, *who: object) -> str:
        return digest(self.name, *who)

    def step(self, *who: object, failed: bool = True) -> Step:
        """Charge one attempt as a step of a chain; the row it returns says how many are left.

        Only one that `failed` begins the quiet time anew.
        """
        now, quiet = time.time(), self.quiet.total_seconds()
        params = {
            "key": self.key(*who),
            "kind": self.name,
            "now": now,
            "renewed": now + quiet,
            "ahead": now + quiet + SKEW,
            "failed": failed,
            "most": self.most,
        }
        return Step(TAKE_FAILURE, params, lambda: self.refund(*who))

    def take(self, *who: object) -> float:
        """Charge one failure; 0, or the seconds until they are forgotten."""
        return _take(self, *who)

    def refund(self, *who: object, count: int = 1) -> None:
        """Give `count` attempts back."""
        REFUND_FAILURES.row(key=self.key(*who), count=count)

    def clear(self, *who: object) -> None:
        Limit.objects.filter(key=self.key(*who)).delete()

    def wait_of(self, count: int, resets_at: float) -> float:
        """Seconds until the failures are forgotten, if there are too many by a row's values."""
        left = max(0.0, min(resets_at - time.time(), self.quiet.total_seconds()))
        return left if self.used_of(count, resets_at) >= self.most else 0.0

    def used_of(self, count: int, resets_at: float) -> int:
        left = resets_at - time.time()
        return count if 0 < left <= self.quiet.total_seconds() + SKEW else 0

    def reached(self) -> QuerySet[Limit]:
        """The rows at which this limit is reached now."""
        now = time.time()
        return Limit.objects.filter(
            kind=self.name,
            count__gte=self.most,
            resets_at__gt=now,
            resets_at__lte=now + self.quiet.total_seconds() + SKEW,
        )


AnyLimit = RateLimit | FailureLimit


def _take(limit: AnyLimit, *who: object) -> float:
    step = limit.step(*who)
    taken = step.statement.row(**step.params)
    sweep_limits_sometimes()
    return 0.0 if taken else max(0.001, wait_for(limit, *who))


def sweep_limits_sometimes() -> None:
    """Delete rows that mean nothing any more; the alarm's means something until it is over."""
    Limit.objects.exclude(kind=ALARM).sweep_sometimes(resets_at__lte=time.time())


def wait_for(limit: AnyLimit, *who: object) -> float:
    """Seconds until one can be taken, by the row as it is now."""
    row = Limit.objects.filter(key=limit.key(*who)).values_list("count", "resets_at").first()
    return limit.wait_of(*row) if row else 0.0
