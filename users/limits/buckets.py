"""Counters that parallel requests can't share: each is one row, taken from by one statement.

`Rate` is a token bucket that refills steadily (GCRA: the row holds the theoretical arrival time,
the moment the bucket is full again). `Strikes` fill up and are forgotten after a quiet time.
"""

import math
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from users.digests import digest
from users.models import Budget
from users.statements import read, write


class Refund(NamedTuple):
    """What one budget gets back: of a rate the `seconds` its tokens take to come, or strikes."""

    key: str
    seconds: float = 0.0
    strikes: int = 0


@dataclass(frozen=True)
class Rate:
    """`burst` tokens, one more every `period`."""

    name: str
    burst: int
    period: timedelta

    def take(self, *who: object) -> float:
        """Take one token in a single statement; 0, or the seconds until there is one."""
        now, step = time.time(), self.period.total_seconds()
        latest = now + (self.burst - 1) * step
        key = self.key(*who)
        taken = write(
            """INSERT INTO users_budget (key, kind, spent, full_at) VALUES (%s, %s, 0, %s)
            ON CONFLICT (key) DO UPDATE SET full_at = %s +
                CASE WHEN users_budget.full_at > %s THEN users_budget.full_at ELSE %s END
            WHERE users_budget.full_at <= %s RETURNING key""",
            [key, self.name, now + step, step, now, now, latest],
        )
        _sweep_now_and_then(now)
        if taken:
            return 0.0
        full_at = Budget.objects.filter(key=key).values_list("full_at", flat=True).first()
        return max(0.001, (full_at or latest) - latest)

    def give_back(self, *who: object) -> None:
        """Return one token; a full bucket stays full."""
        give_back(self.refund(*who))

    def refund(self, *who: object) -> Refund:
        """One token, to be given back with others."""
        return Refund(self.key(*who), seconds=self.period.total_seconds())

    def spent(self, row: Budget) -> int:
        """How many tokens are missing in this row by now."""
        return math.ceil(max(0.0, row.full_at - time.time()) / self.period.total_seconds())

    @property
    def most(self) -> int:
        """How many can be missing."""
        return self.burst

    def key(self, *who: object) -> str:
        """The row's key."""
        return digest(self.name, *who)


@dataclass(frozen=True)
class Strikes:
    """Up to `limit` strikes; all are forgotten after `quiet` without a new one."""

    name: str
    limit: int
    quiet: timedelta

    def take(self, *who: object) -> int | None:
        """Take one strike in a single statement; how many are left, or None where none was.

        The quiet time is not renewed: that is for `record`, once the strike proves deserved.
        """
        now = time.time()
        row = write(
            """INSERT INTO users_budget (key, kind, spent, full_at) VALUES (%s, %s, 1, %s)
            ON CONFLICT (key) DO UPDATE SET
                spent = CASE WHEN users_budget.full_at > %s THEN users_budget.spent + 1 ELSE 1 END,
                full_at = CASE WHEN users_budget.full_at > %s THEN users_budget.full_at
                    ELSE excluded.full_at END
            WHERE users_budget.full_at <= %s OR users_budget.spent < %s RETURNING spent""",
            [
                self.key(*who),
                self.name,
                now + self.quiet.total_seconds(),
                now,
                now,
                now,
                self.limit,
            ],
        )
        return self.limit - int(row[0]) if row else None

    def record(self, count: int, *who: object) -> int:
        """Begin the quiet time anew and add `count` strikes, over the limit too; how many then."""
        now = time.time()
        row = write(
            """INSERT INTO users_budget (key, kind, spent, full_at) VALUES (%s, %s, %s, %s)
            ON CONFLICT (key) DO UPDATE SET full_at = excluded.full_at, spent = excluded.spent +
                CASE WHEN users_budget.full_at > %s THEN users_budget.spent ELSE 0 END
            RETURNING spent""",
            [self.key(*who), self.name, count, now + self.quiet.total_seconds(), now],
        )
        return int(row[0]) if row else 0

    def give_back(self, count: int, *who: object) -> None:
        """Take `count` strikes back."""
        give_back(self.refund(count, *who))

    def refund(self, count: int, *who: object) -> Refund:
        """So many strikes, to be given back with others."""
        return Refund(self.key(*who), strikes=count)

    def clear(self, *who: object) -> None:
        """Forget all strikes."""
        Budget.objects.filter(key=self.key(*who)).delete()

    def spent(self, row: Budget) -> int:
        """How many strikes count in this row by now."""
        return row.spent if row.full_at > time.time() else 0

    @property
    def most(self) -> int:
        """How many are borne."""
        return self.limit

    def key(self, *who: object) -> str:
        """The row's key, for looking several budgets up at once."""
        return digest(self.name, *who)


def give_back(*refunds: Refund) -> None:
    """Give back to several budgets in one statement; a rate's full bucket stays full.

    Its rows are locked in any order: several at once only where the user's lock keeps others away.
    """
    slots = ", ".join(["(%s, %s, %s)"] * len(refunds))
    read(
        f"""UPDATE users_budget SET full_at = full_at - back.column2,
            spent = CASE WHEN spent > back.column3 THEN spent - back.column3 ELSE 0 END
        FROM (VALUES {slots}) AS back WHERE key = back.column1 RETURNING key""",  # noqa: S608
        [part for refund in refunds for part in refund],
    )


def spent_keys(limits: dict[str, int]) -> set[str]:
    """Those of `limits` (key → limit) whose strikes are spent, in one query."""
    slots = ", ".join(["%s"] * len(limits))
    rows = read(
        f"SELECT key, spent FROM users_budget WHERE key IN ({slots}) AND full_at > %s",  # noqa: S608
        [*limits, time.time()],
    )
    return {key for key, spent in rows if spent >= limits[key]}


def _sweep_now_and_then(now: float) -> None:
    if random.random() < 0.01:  # noqa: S311  # which request sweeps is no secret
        Budget.objects.sweep(full_at__lte=now)
