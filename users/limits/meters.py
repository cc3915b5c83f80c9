"""Estimates for the whole system, without a row that every request writes."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error, connection
from django.utils import timezone

from users.models import Tally
from users.statements import write

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
KEPT = timedelta(days=60)

_logger = logging.getLogger(__name__)


class Meter:
    """How often something happens in all processes together, exact to a few seconds.

    Each process keeps what it counted and adds it to the hour's row `FRESH` seconds later.
    """

    FRESH = 5.0

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Drop what this process knows."""
        self._pending: Counter[datetime] = Counter()
        self._stored: Counter[datetime] = Counter()
        self._read_at = 0.0
        self._due = 0.0

    def add(self, count: int = 1) -> None:
        """Count, or take a count back, without a statement; the database has it within seconds."""
        now = time.monotonic()
        with self._lock:
            self._pending[_hour()] += count
            if now < self._due:
                return
            self._due = now + self.FRESH
        later(self.FRESH, self._flush_alone)

    def last_hour(self) -> float:
        """How often in the last 60 minutes, taking the hour before as evenly spread."""
        hours, hour = self.hours(), _hour()
        return hours[hour] + hours[hour - HOUR] * (1 - (timezone.now() - hour) / HOUR)

    def hours(self) -> Counter[datetime]:
        """The count of each hour of the last 7 days."""
        self._refresh()
        hours = Counter(self._stored)
        hours.update(self._pending)
        return hours

    def flush(self) -> None:
        """Add what this process counted to the table now; it is kept if that fails."""
        with self._lock:
            pending, self._pending = self._pending, Counter()
        try:
            for hour, count in (+pending).items():
                write(
                    """INSERT INTO users_tally (kind, hour, count) VALUES (%s, %s, %s)
                    ON CONFLICT (kind, hour)
                    DO UPDATE SET count = users_tally.count + excluded.count RETURNING id""",
                    [self.kind, hour, count],
                )
                self._stored[hour] += pending.pop(hour)
        finally:  # what failed, and what was taken back after it was written, waits for the next
            with self._lock:
                self._pending.update(pending)

    def _flush_alone(self) -> None:
        """Flush outside of any request, so the connection goes back; try again if that fails."""
        try:
            self.flush()
        except Error as error:
            _logger.warning("%s could not be counted, trying again: %s", self.kind, error)
            later(self.FRESH, self._flush_alone)
        finally:
            connection.close()

    def _refresh(self) -> None:
        now = time.time()
        with self._lock:
            if 0 <= now - self._read_at < self.FRESH:
                return
            self._read_at = now
        self.flush()
        Tally.objects.sweep(hour__lt=_hour() - KEPT)
        rows = Tally.objects.filter(kind=self.kind, hour__gt=_hour() - WEEK)
        self._stored = Counter(dict(rows.values_list("hour", "count")))


def later(seconds: float, function: Callable[[], None]) -> None:
    """Run a function once after a time; under gevent that takes a greenlet and no thread."""
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()


def _hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)
