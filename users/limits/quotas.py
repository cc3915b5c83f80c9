"""Exact system-wide limits per hour and week.

No row is written by every request: processes lease their share in advance, in lots.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Sum

from users.limits.meters import COUNTERS, HOUR, this_hour
from users.models import Counter
from users.statements import Statement

WEEK = timedelta(days=7) + HOUR  # in whole clock hours, so that it covers any 168 hours
LOT = 20

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


class Bounds(NamedTuple):
    """The most per clock hour (UTC), and in any 168 hours."""

    hourly: int
    weekly: int


class Quota:
    """What all processes together may do per hour and week, exactly.

    A process leases lots from the hour's row by a conditional statement, and uses them without
    any. Unused ones go back when the hour is over; what was used in an earlier hour never does.
    Hours too far ahead come from a wrong clock and are ignored.
    """

    def __init__(self, kind: str, bounds: Callable[[], Bounds], title: Any = "") -> None:
        self.kind, self.title, self._bounds = kind, title, bounds
        COUNTERS.setdefault(kind, self)
        self._lock = threading.Lock()
        self._leasing = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Discard this process's leases."""
        self._hour, self._left = this_hour(), 0

    @property
    def bounds(self) -> Bounds:
        """The bounds, from the settings."""
        return self._bounds()

    @property
    def lot(self) -> int:
        """How many a process leases at once, fewer if the bound is low."""
        return max(1, min(LOT, self._bounds().hourly // 50))

    def take(self) -> bool:
        """Use one; False if no more can be leased.

        While one request leases a lot, others lease only what they use themselves: if each leased a
        lot, a burst of requests would use them all up. Nobody waits for another request's lease.
        When no whole lot is left, a single one still may be.
        """
        if self._take_leased():
            return True
        alone = self._leasing.acquire(blocking=False)
        try:
            return (alone and (self._take_leased() or self._lease(self.lot))) or self._lease(1)
        finally:
            if alone:
                self._leasing.release()

    def give_back(self, count: int = 1, *, since: float) -> None:
        """Refund what was used after `since` (s since 1970), if that was in this hour."""
        hour = this_hour()
        if since < hour.timestamp():
            return
        with self._lock:
            if self._hour == hour:
                self._left += count

    def sums(self) -> Bounds:
        """What has been leased in this hour, and in this and the 168 hours before."""
        hour = this_hour()
        rows = Counter.objects.filter(kind=self.kind, hour__gt=hour - WEEK, hour__lte=hour + HOUR)
        weekly = rows.aggregate(total=Sum("count"))["total"] or 0
        hourly = rows.filter(hour=hour).values_list("count", flat=True).first() or 0
        return Bounds(hourly, weekly)

    def has_room(self) -> bool:
        """Whether another lot can be leased now."""
        sums, bounds = self.sums(), self._bounds()
        return sums.hourly + self.lot <= bounds.hourly and sums.weekly + self.lot <= bounds.weekly

    def _take_leased(self) -> bool:
        with self._lock:
            if self._hour != this_hour() or not self._left:
                return False
            self._left -= 1
            return True

    def _lease(self, lot: int) -> bool:
        hour, bounds = this_hour(), self._bounds()
        with self._lock:
            old, unused = self._hour, self._left
            if old != hour:
                self._hour, self._left = hour, 0
        if old != hour and unused:
            RETURN.row(kind=self.kind, hour=old, count=unused)
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
        """Hook, called with the hour's count before and after each lease."""
