"""A steady load of people on running servers, and its result."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from tools.drill.client import GaveUpError, UnexpectedError
from tools.drill.ledger import Ask, broken
from tools.drill.measures import Fault, Row, back_after, without_service
from tools.drill.people import Person, World
from tools.drill.registry import Drill
from tools.drill.watch import REGULARS, Pulse
from tools.health import Health

PEOPLE = 4  # at any time
STEADY, QUICK_STEADY = 4.0, 1.5  # seconds before a fault
RECOVERED, QUICK_RECOVERED = 8.0, 6.0  # seconds after it
UNFINISHED = 20.0  # seconds people have to finish what they began

_numbers = itertools.count(1)


class Load:
    """New people log in continuously, a few at a time, while regulars change their names."""

    def __init__(self, world: World, ports: Sequence[int], *, quick: bool) -> None:
        self.world, self._ports, self._quick = world, ports, quick
        self.faults: list[Fault] = []
        self.began = self.ended = 0.0
        self._over = threading.Event()
        self._people = [threading.Thread(target=self._live) for _ in range(PEOPLE)]
        self._health: list[Health] = []
        self._longest = 0.0
        self._pulse = Pulse([])

    def start(self) -> None:
        """Log the regulars in, then start everyone."""
        regulars = [self.newcomer() for _ in range(REGULARS)]
        with ThreadPoolExecutor(PEOPLE) as pool:
            list(pool.map(Person.log_in, regulars))
        self._pulse = Pulse(regulars)
        self._health = [Health(port) for port in self._ports]
        self.began = time.monotonic()
        for thread in (*self._people, self._pulse):
            thread.start()

    def stop(self) -> None:
        """Let everyone finish; every request begun is answered or given up."""
        if self.ended:
            return
        self.ended = time.monotonic()
        self.world.journal.deadline = self.ended + UNFINISHED
        self._over.set()
        for person in self._people:
            person.join()
        self._pulse.stop()
        self._longest = max((health.stop() for health in self._health), default=0.0)

    def steady(self, seconds: float = 0.0) -> None:
        """Keep the load up for `seconds`, or a few."""
        time.sleep(seconds or (QUICK_STEADY if self._quick else STEADY))

    @contextmanager
    def fault(self) -> Iterator[None]:
        """Marks the time during which something is broken."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.faults.append(Fault(began, time.monotonic()))

    def recover(self, seconds: float = 0.0) -> None:
        """Keep the load up long enough to see whether service recovers in time."""
        time.sleep(seconds or (QUICK_RECOVERED if self._quick else RECOVERED))

    def row(self, drill: Drill, ask: Ask) -> Row:
        """The result, once the load has ended."""
        journal, ledger = self.world.journal, self.world.ledger
        requests = [one for one in journal.requests if one.began >= self.began]
        failed = [one for one in requests if one.failed]
        unanswered = sum(one.status == 0 for one in failed)
        internal = {f"{one.kind}: {one.status} {one.code}" for one in failed if one.status == 500}
        return Row(
            drill.name,
            drill.title,
            sent=len(requests),
            answered=len(requests) - len(failed),
            refused=len(failed) - unanswered,
            unanswered=unanswered,
            without_service=without_service(requests, self.began, self.ended),
            back=back_after(requests, self.faults, self.ended),
            longest=max((one.ended - one.began for one in requests), default=0.0),
            healthz=self._longest,
            acknowledged=len(ledger.acknowledged),
            lost=len(ledger.lost(ask)),
            logged_out=journal.logged_out,
            broken=broken(ask),
            unexpected=sorted({*journal.unexpected, *internal}),
        )

    def newcomer(self) -> Person:
        """Somebody with a phone and an address that nobody had before."""
        return Person(self.world, next(_numbers))

    def _live(self) -> None:
        while not self._over.is_set():
            with suppress(GaveUpError, UnexpectedError):
                self.newcomer().live()
