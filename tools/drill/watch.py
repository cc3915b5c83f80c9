"""Writes at a steady pace during a load, whoever is still waiting."""

import itertools
import threading
from collections.abc import Sequence
from contextlib import suppress

from tools.drill.client import GaveUpError, UnexpectedError
from tools.drill.people import Person

BEAT = 0.25  # seconds between two writes
REGULARS = 24  # people who write in turn; each waits for their previous answer


class Pulse(threading.Thread):
    """Has people change their names in turn, without waiting for one another."""

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__(daemon=True)
        self._people = [(person, threading.Lock()) for person in people]
        self._ended = threading.Event()

    def run(self) -> None:
        for person, busy in itertools.cycle(self._people):
            if self._ended.wait(BEAT):
                return
            if busy.acquire(blocking=False):
                threading.Thread(target=self._beat, args=(person, busy), daemon=True).start()

    def stop(self) -> None:
        """Start no more changes, and wait for those under way."""
        self._ended.set()
        self.join()
        for _, busy in self._people:
            busy.acquire()

    def _beat(self, person: Person, busy: threading.Lock) -> None:
        try:
            with suppress(GaveUpError, UnexpectedError):
                person.rename()
        finally:
            busy.release()
