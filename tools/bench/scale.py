"""Tables of millions against tables of thousands: the same calls on both, in turn, in one run."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from statistics import median
from typing import Any
from urllib.parse import urlencode

from tools.bench import people, traffic
from tools.bench.load import Call, load, pause
from tools.bench.product import prepare_database, settings
from tools.bench.report import Figure
from tools.postgres import database
from tools.server import Server, serving

CLIENTS, ASKING = 16, 500
SMALL_CROWD = 51  # invitees of one person: a full page, and a link to the next
Rates = dict[str, list[float]]


@dataclass(frozen=True)
class Size:
    """How large the tables are, and how long and how often they are measured."""

    few: int
    many: int
    crowd: int  # invitees of one person
    rounds: int
    seconds: int

    @property
    def turn(self) -> int:
        """Who log in in one round; so many activate, too."""
        return 2_000 * self.seconds

    @property
    def guests(self) -> int:
        """Who log in in all, each once."""
        return self.rounds * self.turn


FULL = Size(10_000, 10_000_000, crowd=1_000_000, rounds=5, seconds=3)
QUICK = Size(10_000, 200_000, crowd=50_000, rounds=2, seconds=1)


class World:
    """A database of its own with the product running on it, and what was measured there."""

    def __init__(self, server: Server, filler: ProcessPoolExecutor) -> None:
        self.server, self.filler = server, filler
        self.rates: Rates = {"profile": [], "login": [], "activation": []}

    def do(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call one of `people`'s functions on this database."""
        return self.filler.submit(function, *arguments).result()

    def fill(self, people_in_all: int, size: Size) -> None:
        """Make people; the last of them are the guests, who log in or activate once each."""
        self.size, self.guests = size, people_in_all - 2 * size.guests + 1
        self.do(people.make, 1, people_in_all)
        self.do(people.tidy)
        step = (self.guests - 1) // ASKING
        self.calls = self.profiles(range(step, self.guests, step))
        load(self.server.port, self.calls, clients=CLIENTS, seconds=1)  # it has connections now

    def profiles(self, numbers: Iterable[int]) -> list[Call]:
        """Each of these people looks at their profile, again and again."""
        tokens = self.do(people.log_in, numbers)
        calls = traffic.profiles(tokens, dict.fromkeys(tokens, 0))
        return [call._replace(must=call.must.split("\t")[0]) for call in calls]

    def new(self) -> range:
        """Guests for one round."""
        first, self.guests = self.guests, self.guests + self.size.turn
        return range(first, self.guests)

    def rate(self, calls: list[Call]) -> float:
        """How many of them were answered per second."""
        rate = load(self.server.port, calls, clients=CLIENTS, seconds=self.size.seconds).rate
        pause()
        return rate

    def turn(self) -> None:
        """One round of everything."""
        self.rates["profile"].append(self.rate(self.calls))
        self.rates["login"].append(self.rate(self.do(traffic.logins, self.new())))
        tokens, inviters = self.do(people.log_in, self.new()), list(range(1, self.size.few, 10))
        self.rates["activation"].append(
            self.rate(self.do(traffic.activations, tokens, inviters)),
        )


def measure(url: str, size: Size) -> list[Figure]:
    """All figures of scale; in full it takes about seven minutes and 5 GB of disk."""
    with ExitStack() as stack:
        small = stack.enter_context(world(url, "bench_small"))
        large = stack.enter_context(world(url, "bench_large"))
        small.fill(size.few + 2 * size.guests, size)
        large.fill(size.many, size)
        for _ in range(size.rounds):
            small.turn()
            large.turn()
        large.do(people.invite, 1, size.many // 100, SMALL_CROWD)
        large.do(people.invite, 2, size.many // 50, size.crowd)
        large.do(people.tidy)
        return [*_tables(small, large, size), *_crowds(large, size)]


@contextmanager
def world(beside: str, name: str) -> Iterator[World]:
    """A new database on the same server, migrated, with the product."""
    with (
        database(beside, name) as url,
        ProcessPoolExecutor(1, get_context("spawn"), prepare_database, (url,)) as filler,
    ):
        filler.submit(int).result()  # until it is prepared
        with serving(quiet=True, **settings(url)) as server:
            yield World(server, filler)


def _tables(small: World, large: World, size: Size) -> list[Figure]:
    return [
        _times(f"{name}, {size.many:,} users against {size.few:,}", fast, large.rates[name], 1.3)
        for name, fast in small.rates.items()
    ]


def _crowds(large: World, size: Size) -> list[Figure]:
    few, many = (large.profiles([n]) for n in (1, 2))
    page, cursor = "/api/v1/profile/invitees/", _cursor(size.crowd * 9 // 10)
    first = many[0]._replace(path=page, phone="", must='"previous":null')
    deep = first._replace(path=f"{page}?cursor={cursor}", must='"previous":"http')
    every = (few, many, [first], [deep])
    for calls in every:
        load(large.server.port, calls, clients=CLIENTS, seconds=1)
    rates: list[list[float]] = [[], [], [], []]
    for _ in range(size.rounds):
        for its, calls in zip(rates, every, strict=True):
            its.append(large.rate(calls))
    small, large_crowd, first_page, deep_page = rates
    name = f"{size.crowd:,} invitees"
    return [
        _times(f"profile, {name} against {SMALL_CROWD}", small, large_crowd, 1.1),
        _times(f"a page deep in {name} against the first", first_page, deep_page, 1.2),
    ]


def _times(name: str, fast: list[float], slow: list[float], aim: float) -> Figure:
    times = [one / other for one, other in zip(fast, slow, strict=True)]
    return Figure(
        name,
        median(times),
        "× the time",
        aim,
        "less",
        spread=(min(times), max(times)),
        details=f"{median(slow):,.0f}/s against {median(fast):,.0f}/s",
    )


def _cursor(seconds_ago: int) -> str:
    position = str(datetime.now(UTC) - timedelta(seconds=seconds_ago))
    return b64encode(urlencode({"p": position}).encode()).decode()
