"""System-wide counts per hour, without a row that every request would write.

Each process adds its share later, in batches, so they are estimates for people to look at.
"""

import logging
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from django.db import Error, connection
from django.utils import timezone

from users.models import Counter
from users.signals import listen
from users.statements import Statement

HOUR = timedelta(hours=1)
KEPT = timedelta(days=180)  # twice the longest range in the admin

ADD = Statement(
    "add_to_counter",
    """INSERT INTO users_counter (kind, hour, count) VALUES (%(kind)s, %(hour)s, %(count)s)
    ON CONFLICT (kind, hour) DO UPDATE SET count = users_counter.count + excluded.count
    RETURNING count""",
)
_logger = logging.getLogger(__name__)
Key = TypeVar("Key")


class Counted(Protocol):
    """A kind of rows in the table of counters."""

    kind: str
    title: Any

    def forget(self) -> None: ...


COUNTERS: dict[str, Counted] = {}  # all counters by kind


class Batch(Generic[Key]):
    """Counts collected in memory and written in the background a few seconds later."""

    FRESH = 5.0  # s
    MOST = 10_000  # keys kept while the database is down; further ones aren't counted

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._pending: Tally[Key] = Tally()
        self._due = 0.0

    def gather(self, key: Key, count: int = 1) -> None:
        """Count in memory; it reaches the database within seconds."""
        now = time.monotonic()
        with self._lock:
            if key in self._pending or len(self._pending) < self.MOST:
                self._pending[key] += count
            if now < self._due:
                return
            self._due = now + self.FRESH
        later(self.FRESH, self._flush_alone)

    def flush(self) -> None:
        """Write this process's counts now; they are kept if that fails."""
        with self._lock:
            pending, self._pending = self._pending, Tally()
        try:
            if pending:
                self.write(pending)
        finally:
            with self._lock:
                self._pending.update(pending)

    def write(self, pending: Tally[Key]) -> None:
        """Add these counts to the database, and remove from them what was added."""
        raise NotImplementedError

    def _flush_alone(self) -> None:
        """Flush outside of any request and give the connection back; try again if that fails."""
        try:
            self.flush()
        except Error as error:
            _logger.warning("%s could not be counted, trying again: %s", self.kind, error)
            later(self.FRESH, self._flush_alone)
        finally:
            connection.close()


class Meter(Batch[datetime]):
    """How often something happens in all processes together, a few seconds behind.

    It counts events named `event`, or explicit calls of `add`.
    """

    def __init__(self, kind: str, title: Any = "", event: str = "") -> None:
        super().__init__(kind)
        self.title = title
        COUNTERS.setdefault(kind, self)
        if event:
            listen(event, lambda **_facts: self.add())

    def add(self, count: int = 1) -> None:
        """Count in memory."""
        self.gather(this_hour(), count)

    def write(self, pending: Tally[datetime]) -> None:
        for hour, count in list(pending.items()):
            ADD.row(kind=self.kind, hour=hour, count=count)
            del pending[hour]
        Counter.objects.sweep_sometimes(hour__lt=this_hour() - KEPT)


def later(seconds: float, function: Callable[[], None]) -> None:
    """Run a function once after a delay, under gevent in a greenlet, not a thread."""
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()


def this_hour() -> datetime:
    """The beginning of the hour, UTC."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)
