"""A queue for a resource that only a few may use at once."""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from users.errors import Unavailable
from users.waiting import deadline

PATIENCE = 10.0  # s
WINDOW = 5.0  # s


class Pace:
    """How many are served per second while others wait, measured over `WINDOW` again and again.

    Not over less: when hundreds come at once, the first of them are served slowly.
    """

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Forget what was, as the first one begins to wait."""
        self._began, self._served, self._last = time.monotonic(), 0, math.inf

    def count(self) -> None:
        """One more was served."""
        self._served += 1

    def per_second(self) -> float:
        """The pace in the last window; infinite before the first one is over."""
        took = time.monotonic() - self._began
        if took >= WINDOW:
            self._began, self._served, self._last = time.monotonic(), 0, self._served / took
        return self._last


class Queue:
    """A number of places, first come, first served; nobody waits longer than `PATIENCE`.

    Works between threads and between greenlets.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Event] = deque()
        self._pace = Pace()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many are waiting for a place."""
        return len(self._waiting)

    @contextmanager
    def place(self, *, first: bool = False) -> Iterator[None]:
        """Hold a place during the block; `first` jumps the queue.

        Raises `Unavailable`: at once if at the present pace no place can be expected in time, else
        when time is up.
        """
        self._take(first=first)
        try:
            yield
        finally:
            with self._lock:
                self._pace.count()
                self._free_or_next()

    def _take(self, *, first: bool) -> None:
        patience, turn, mine = deadline.left(PATIENCE), threading.Event(), False
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if not self._waiting:
                self._pace.start()
            elif not first and self._expected() > patience:
                raise Unavailable
            (self._waiting.appendleft if first else self._waiting.append)(turn)
        try:
            mine = turn.wait(patience)
        finally:
            if not mine:
                self._leave(turn)
        if not mine:
            raise Unavailable

    def _expected(self) -> float:
        """Seconds until a newcomer's turn."""
        pace = self._pace.per_second()
        return (len(self._waiting) + 1) / pace if pace else math.inf

    def _free_or_next(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1

    def _leave(self, turn: threading.Event) -> None:
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
            else:  # a place came free at the last moment
                self._free_or_next()
