"""System-wide counts per hour, without a row that every request writes.

Each process adds its share in lots: a `Meter` afterwards, so it is an estimate for people to look
at; a `Quota` beforehand, so it is exact and can refuse.
"""

import logging
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import Error, connection
from django.db.models import Sum
from django.utils import timezone

from users.models import Counter
from users.statements import Statement

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
KEPT = timedelta(days=60)
LOT = 20

ADD = Statement(
    "add_to_counter",
    """INSERT INTO users_counter (kind, hour, count) VALUES (%(kind)s, %(hour)s, %(count)s)
    ON CONFLICT (kind, hour) DO UPDATE SET count = users_counter.count + excluded.count
    RETURNING count""",
)
RETURN = Statement(
    "return_to_counter",
    """UPDATE users_counter SET count = count - %(count)s
    WHERE kind = %(kind)s AND hour = %(hour)s AND count >= %(count)s RETURNING count""",
)
LEASE = Statement(
    "lease_from_counter",
    """INSERT INTO users_counter (kind, hour, count)
    SELECT %(kind)s, %(hour)s, %(lot)s FROM (
        SELECT coalesce(sum(count), 0) AS total FROM users_counter WHERE kind = %(kind)s
        AND hour > %(since)s AND hour <= %(ahead)s AND hour <> %(hour)s) AS others
    WHERE %(lot)s <= %(hourly)s AND others.total + %(lot)s <= %(weekly)s
    ON CONFLICT (kind, hour) DO UPDATE SET count = users_counter.count + %(lot)s
    WHERE users_counter.count + %(lot)s <= %(hourly)s AND users_counter.count + %(lot)s + (
        SELECT coalesce(sum(count), 0) FROM users_counter AS others WHERE kind = %(kind)s
        AND hour > %(since)s AND hour <= %(ahead)s AND hour <> %(hour)s) <= %(weekly)s
    RETURNING count""",
)

_logger = logging.getLogger(__name__)


class Meter:
    """How often something happens in all processes together, a few seconds late."""

    FRESH = 5.0  # s

    def __init__(self, kind: str, title: Any = "") -> None:
        self.kind, self.title = kind, title
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Drop what this process knows."""
        self._pending: Tally[datetime] = Tally()
        self._due = 0.0

    def add(self, count: int = 1) -> None:
        """Count without a statement; the database has it within seconds."""
        now = time.monotonic()
        with self._lock:
            self._pending[this_hour()] += count
            if now < self._due:
                return
            self._due = now + self.FRESH
        later(self.FRESH, self._flush_alone)

    def flush(self) -> None:
        """Add what this process counted to the table now; it is kept if that fails."""
        with self._lock:
            pending, self._pending = self._pending, Tally()
        try:
            for hour, count in list(pending.items()):
                ADD.row(kind=self.kind, hour=hour, count=count)
                del pending[hour]
        finally:
            with self._lock:
                self._pending.update(pending)
        Counter.objects.sweep_sometimes(hour__lt=this_hour() - KEPT)

    def _flush_alone(self) -> None:
        """Flush outside of any request, so the connection goes back; try again if that fails."""
        try:
            self.flush()
        except Error as error:
            _logger.warning("%s could not be counted, trying again: %s", self.kind, error)
            later(self.FRESH, self._flush_alone)
        finally:
            connection.close()


class Bounds(NamedTuple):
    """The most per clock hour (UTC), and in the last 168 of them."""

    hourly: int
    weekly: int


class Quota:
    """What all processes together may do per hour and week, exactly.

    A process leases lots from the hour's row by a conditional statement and uses them up without
    one. What it didn't use goes back when the hour is over, what happened in an earlier hour never.
    Hours further ahead than clocks may differ come from a wrong one and are ignored.
    """

    def __init__(self, kind: str, bounds: Callable[[], Bounds], title: Any = "") -> None:
        self.kind, self.title, self._bounds = kind, title, bounds
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Drop what this process has leased."""
        self._hour, self._left = this_hour(), 0

    @property
    def lot(self) -> int:
        """How many a process leases at once: fewer where the bound is low."""
        return max(1, min(LOT, self._bounds().hourly // 50))

    def take(self) -> bool:
        """Use one; False if no lot is to be had."""
        hour = this_hour()
        with self._lock:
            unused, old = (0, hour) if self._hour == hour else (self._left, self._hour)
            if old != hour:
                self._hour, self._left = hour, 0
            if self._left:
                self._left -= 1
                return True
        if unused:
            RETURN.row(kind=self.kind, hour=old, count=unused)
        return self._lease(hour)

    def give_back(self, count: int = 1, *, since: float) -> None:
        """Give back what was used after `since` (s since 1970), if that was in this hour."""
        hour = this_hour()
        if since < hour.timestamp():
            return
        with self._lock:
            if self._hour == hour:
                self._left += count

    def sums(self) -> Bounds:
        """What is leased in this hour, and in the last 168."""
        hour = this_hour()
        rows = Counter.objects.filter(kind=self.kind, hour__gt=hour - WEEK, hour__lte=hour + HOUR)
        weekly = rows.aggregate(total=Sum("count"))["total"] or 0
        hourly = rows.filter(hour=hour).values_list("count", flat=True).first() or 0
        return Bounds(hourly, weekly)

    def has_room(self) -> bool:
        """Whether another lot is to be had now."""
        sums, bounds = self.sums(), self._bounds()
        return sums.hourly + self.lot <= bounds.hourly and sums.weekly + self.lot <= bounds.weekly

    def _lease(self, hour: datetime) -> bool:
        bounds, lot = self._bounds(), self.lot
        leased = LEASE.row(
            kind=self.kind,
            hour=hour,
            since=hour - WEEK,
            ahead=hour + HOUR,
            lot=lot,
            hourly=bounds.hourly,
            weekly=bounds.weekly,
        )
        if not leased:
            return False
        self.leased(leased[0] - lot, leased[0])
        with self._lock:
            if self._hour == hour:
                self._left += lot - 1
        return True

    def leased(self, before: int, after: int) -> None:
        """Called with the hour's count before and after each lot."""


def later(seconds: float, function: Callable[[], None]) -> None:
    """Run a function once after a time; under gevent that takes a greenlet and no thread."""
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()


def this_hour() -> datetime:
    """The beginning of the hour, UTC."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)
