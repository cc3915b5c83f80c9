"""A queue for a resource that only a few may use at once."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from users.errors import Unavailable
from users.waiting import deadline

PATIENCE = 10.0  # s


class Queue:
    """A number of places, first come, first served; nobody waits longer than `PATIENCE`.

    Works between threads and between greenlets.
    """

    def __init__(self, places: int) -> None:
        self._places = self._free = places
        self._waiting: deque[threading.Event] = deque()
        self._held = deque([0.0], maxlen=4 * places)  # how long places were held lately
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many are waiting for a place."""
        return len(self._waiting)

    @contextmanager
    def place(self, *, first: bool = False) -> Iterator[None]:
        """Hold a place during the block; `first` jumps the queue.

        Raises `Unavailable`: at once if no place can be expected in time even at best, else when
        time is up.
        """
        self._take(first=first)
        began = time.monotonic()
        try:
            yield
        finally:
            self._pass_on(time.monotonic() - began)

    def _take(self, *, first: bool) -> None:
        patience, turn, mine = deadline.left(PATIENCE), threading.Event(), False
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if not first and self._expected() > patience:
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
        """Seconds until a newcomer's turn if everyone is as quick as the quickest lately."""
        return (len(self._waiting) + 1) * min(self._held) / self._places

    def _pass_on(self, held: float) -> None:
        with self._lock:
            self._held.append(held)
            self._free_or_next()

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
