"""System-wide counts per hour, without a row that every request writes.

Each process adds its share afterwards and in lots, so they are estimates for people to look at.
"""

import logging
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import Error, connection
from django.utils import timezone

from users.models import Counter
from users.statements import Statement

HOUR = timedelta(hours=1)
KEPT = timedelta(days=60)

ADD = Statement(
    "add_to_counter",
    """INSERT INTO users_counter (kind, hour, count) VALUES (%(kind)s, %(hour)s, %(count)s)
    ON CONFLICT (kind, hour) DO UPDATE SET count = users_counter.count + excluded.count
    RETURNING count""",
)
_logger = logging.getLogger(__name__)


class Counted(Protocol):
    """What counts in the table of counters."""

    kind: str
    title: Any

    def forget(self) -> None: ...


COUNTERS: dict[str, Counted] = {}  # every one that was made, by its kind


class Meter:
    """How often something happens in all processes together, a few seconds late."""

    FRESH = 5.0  # s

    def __init__(self, kind: str, title: Any = "") -> None:
        self.kind, self.title = kind, title
        COUNTERS.setdefault(kind, self)
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
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


def later(seconds: float, function: Callable[[], None]) -> None:
    """Run a function once after a time; under gevent that takes a greenlet and no thread."""
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()


def this_hour() -> datetime:
    """The beginning of the hour, UTC."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)
