"""Tables of millions against tables of thousands: the same calls on both, in turn, in one run."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg2

from tools.bench import people
from tools.bench.load import Call, load, pause
from tools.bench.report import Figure
from tools.server import Server, prepare, serving

FEW, MANY = 10_000, 10_000_000
SMALL_CROWD, LARGE_CROWD = 10, 1_000_000  # invitees of one person
ROUNDS, SECONDS, CLIENTS, ASKING = 5, 3, 16, 500
GUESTS = ROUNDS * 6_000  # who log in or activate, each once
Rates = dict[str, list[float]]


@dataclass
class World:
    """A database of its own with the product running on it."""

    server: Server
    filler: ProcessPoolExecutor

    def do(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call one of `people`'s functions on this database."""
        return self.filler.submit(function, *arguments).result()


def measure(environ: dict[str, str]) -> list[Figure]:
    """All figures of scale; it takes about seven minutes and 5 GB of disk."""
    with ExitStack() as stack:
        small = stack.enter_context(world(environ, "bench_small"))
        large = stack.enter_context(world(environ, "bench_large"))
        small.do(people.make, 1, FEW + GUESTS * 2)
        large.do(people.make, 1, MANY)
        figures = _tables(small, large)
        large.do(people.invite, 1, 100_000, SMALL_CROWD)
        large.do(people.invite, 2, 200_000, LARGE_CROWD)
        large.do(people.tidy)
        return [*figures, *_crowds(large)]


@contextmanager
def world(environ: dict[str, str], name: str) -> Iterator[World]:
    """A new database beside the one of `environ`, migrated, with a server."""
    admin = psycopg2.connect(environ["DATABASE_URL"])
    admin.autocommit = True
    admin.cursor().execute(f"CREATE DATABASE {name}")
    admin.close()
    parts = urlsplit(environ["DATABASE_URL"])
    theirs = {**environ, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
    with ProcessPoolExecutor(1, get_context("spawn"), prepare, (theirs,)) as filler:
        filler.submit(int).result()  # until it is prepared
        with serving(theirs) as server:
            yield World(server, filler)


def _tables(small: World, large: World) -> list[Figure]:
    last = {small.server.port: FEW, large.server.port: MANY - GUESTS * 2}
    for one in (small, large):
        one.do(people.tidy)
    rates: dict[int, Rates] = {}
    for one in (small, large):
        top = last[one.server.port]
        step = top // ASKING
        tokens = one.do(people.log_in, range(step, top + 1, step))
        calls = _profiles(tokens)
        rates[one.server.port] = {"profile": [], "login": [], "activation": []}
        load(one.server.port, calls, clients=CLIENTS, seconds=1)
        rates[one.server.port]["calls"] = calls  # type: ignore[assignment]
    for turn in range(ROUNDS):
        for one in (small, large):
            port = one.server.port
            first = last[port] + turn * 6_000 + 1
            here = rates[port]
            here["profile"].append(_rate(port, here["calls"]))  # type: ignore[arg-type]
            here["login"].append(_rate(port, one.do(people.logins, range(first, first + 6_000))))
            first += GUESTS
            tokens = one.do(people.log_in, range(first, first + 6_000))
            inviters = list(range(1, FEW, 10))
            here["activation"].append(_rate(port, one.do(people.activations, tokens, inviters)))
    fast, slow = rates[small.server.port], rates[large.server.port]
    return [
        _times(f"{name}, {MANY:,} users against {FEW:,}", fast[name], slow[name], 1.3)
        for name in ("profile", "login", "activation")
    ]


def _crowds(large: World) -> list[Figure]:
    port = large.server.port
    few, many = (_profiles(large.do(people.log_in, [n])) for n in (1, 2))
    page, cursor = "/api/v1/profile/invitees/", _cursor(LARGE_CROWD * 9 // 10)
    first = many[0]._replace(path=page, phone="", must='"previous":null')
    deep = first._replace(path=f"{page}?cursor={cursor}", must='"previous":"http')
    for calls in (few, many, [first], [deep]):
        load(port, calls, clients=CLIENTS, seconds=1)
    rates: list[list[float]] = [[], [], [], []]
    for _ in range(ROUNDS):
        for its, calls in zip(rates, (few, many, [first], [deep]), strict=True):
            its.append(_rate(port, calls))
    return [
        _times(f"profile, {LARGE_CROWD:,} invitees against {SMALL_CROWD}", rates[0], rates[1], 1.1),
        _times(
            f"a page deep in {LARGE_CROWD:,} invitees against the first", rates[2], rates[3], 1.2
        ),
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


def _rate(port: int, calls: list[Call]) -> float:
    rate = load(port, calls, clients=CLIENTS, seconds=SECONDS).rate
    pause()
    return rate


def _profiles(tokens: dict[int, str]) -> list[Call]:
    calls = people.profiles(tokens, dict.fromkeys(tokens, 0))
    return [call._replace(must=call.must.split("\t")[0]) for call in calls]


def _cursor(seconds_ago: int) -> str:
    position = str(datetime.now(UTC) - timedelta(seconds=seconds_ago))
    return b64encode(urlencode({"p": position}).encode()).decode()
