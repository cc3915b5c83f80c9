"""Estimates for the whole system, without a row that every request writes."""

import threading
import time
from collections import Counter
from datetime import datetime, timedelta

from django.utils import timezone

from users.models import Tally
from users.sql import write

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
KEPT = timedelta(days=60)


class Meter:
    """How often something happens in all processes together, exact to a few seconds.

    Each process keeps what it counted and adds it to the hour's row every `FRESH` seconds.
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

    def add(self, count: int = 1) -> None:
        """Count, or take a count back; it reaches the database within seconds."""
        with self._lock:
            self._pending[_hour()] += count
        self._refresh()

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

    def _refresh(self) -> None:
        now = time.time()
        with self._lock:
            if 0 <= now - self._read_at < self.FRESH:
                return
            self._read_at = now
            pending, self._pending = self._pending, Counter()
        for hour, count in (+pending).items():  # what was taken back outright is not written
            write(
                """INSERT INTO users_tally (kind, hour, count) VALUES (%s, %s, %s)
                ON CONFLICT (kind, hour) DO UPDATE SET count = users_tally.count + excluded.count
                RETURNING id""",
                [self.kind, hour, count],
            )
        Tally.objects.sweep(hour__lt=_hour() - KEPT)
        rows = Tally.objects.filter(kind=self.kind, hour__gt=_hour() - WEEK)
        self._stored = Counter(dict(rows.values_list("hour", "count")))


def _hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)
