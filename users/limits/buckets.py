"""Exact limits, which parallel requests can't exceed: one row each, charged by one statement.

A `RateLimit` refills steadily (GCRA: the row holds the time when it will be full again). A
`FailureLimit` counts failures and forgets them after a quiet time. Both have the same protocol:
`step` as part of a chain, `take` by itself, `refund`, and `wait_of`, `used_of`, `most` to inspect
a row.

Times are seconds since 1970 by this process's clock. A time further ahead than the limit can put
it comes from a wrong clock, and the row is ignored (`SKEW` is allowed).
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from users.chains import Step, run_chain
from users.digests import digest
from users.limits.rows import (
    REFUND_FAILURES,
    REFUND_RATE,
    TAKE_FAILURE,
    TAKE_RATE,
    sweep_limits_sometimes,
)
from users.models import Limit

SKEW = 60.0  # s
Found = Mapping[str, tuple[int, float]]
"""Rows of limits that were read: key → (count, resets_at)."""

LIMITS: dict[str, "AnyLimit"] = {}  # all limits by name


@dataclass(frozen=True)
class RateLimit:
    """`most` at once, then one more every `period`."""

    name: str
    most: int
    period: timedelta
    title: Any = field(default="", compare=False)

    def __post_init__(self) -> None:
        LIMITS.setdefault(self.name, self)

    def key(self, *who: object) -> str:
        """The row's key, a digest."""
        return digest(self.name, *who)

    def step(self, *who: object) -> Step:
        """Take one as a step of a chain; the chain breaks if none is left."""
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
        """Take one; returns 0, or the seconds until one is available."""
        return _take(self, *who)

    def refund(self, *who: object) -> None:
        """Give one back; a full limit stays full."""
        REFUND_RATE.row(key=self.key(*who), seconds=self.period.total_seconds())

    def wait_of(self, count: int, resets_at: float) -> float:
        """Seconds until one can be taken, given a row; never more than `period`."""
        period = self.period.total_seconds()
        wait = resets_at - time.time() - (self.most - 1) * period
        return min(wait, period) if 0 < wait <= period + SKEW else 0.0

    def used_of(self, count: int, resets_at: float) -> int:
        """How many are used, given a row."""
        left, period = resets_at - time.time(), self.period.total_seconds()
        used = math.ceil(left / period) if 0 < left <= self.most * period + SKEW else 0
        return min(used, self.most)


@dataclass(frozen=True)
class FailureLimit:
    """Up to `most` failures, forgotten `quiet` after the last one.

    Each attempt is charged before its outcome is known, and refunded if it was not a failure.
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
        """Charge one attempt as a step of a chain; the returned row shows how many are left.

        Only an attempt that `failed` restarts the quiet time.
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
        """Charge one failure; returns 0, or the seconds until failures are forgotten."""
        return _take(self, *who)

    def refund(self, *who: object, count: int = 1) -> None:
        """Give some back; forgotten failures have nothing to give back."""
        run_chain(self.refund_step(*who, count=count))

    def refund_step(self, *who: object, count: int) -> Step:
        """The same as a step, which never breaks the chain."""
        params = {"key": self.key(*who), "kind": self.name, "count": count}
        return Step(REFUND_FAILURES, params)

    def wait_of(self, count: int, resets_at: float) -> float:
        """Seconds until the failures are forgotten, if a row has too many."""
        left = max(0.0, min(resets_at - time.time(), self.quiet.total_seconds()))
        return left if self.used_of(count, resets_at) >= self.most else 0.0

    def used_of(self, count: int, resets_at: float) -> int:
        left = resets_at - time.time()
        return count if 0 < left <= self.quiet.total_seconds() + SKEW else 0

    def reached(self) -> QuerySet[Limit]:
        """The rows that have reached the limit."""
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


def wait_for(limit: AnyLimit, *who: object) -> float:
    """Seconds until one can be taken, according to the database."""
    row = Limit.objects.filter(key=limit.key(*who)).values_list("count", "resets_at").first()
    return limit.wait_of(*row) if row else 0.0
