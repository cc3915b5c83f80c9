"""One machine with small tables: rates beside their floors, the burst, a journey, memory."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tools.bench import journey
from tools.bench.burst import Burst
from tools.bench.growth import growth, popular
from tools.bench.product import settings
from tools.bench.report import Figure, Results, share
from tools.bench.rivals import KINDS, PROFILES, Rate, Rival, in_turn
from tools.bench.worlds import World, elsewhere, here, sqlite_file
from tools.server import Server, serving

PRODUCT, SAME, FASTEST = "product", "same-server floor", "fastest floor"
SQLITE = "product on SQLite"
INVITERS_ON_SQLITE = 200


@dataclass(frozen=True)
class Size:
    """How long and how often everything is measured, and with how many people."""

    inviters: int
    seconds: int
    rounds: int
    burst: int  # seconds
    asking: int  # clients in a burst
    others: tuple[int, ...]  # clients who look at profiles beside them
    popular: int  # seconds
    growth: int  # requests
    newcomers: int
    journeys: int  # seconds


FULL = Size(
    inviters=1_000,
    seconds=2,
    rounds=4,
    burst=20,
    asking=1_600,
    others=(4, 16),
    popular=8,
    growth=40_000,
    newcomers=400_000,
    journeys=15,
)
QUICK = Size(
    inviters=100,
    seconds=1,
    rounds=1,
    burst=5,
    asking=100,
    others=(4,),
    popular=3,
    growth=1_000,
    newcomers=40_000,
    journeys=4,
)


def measure(url: str, size: Size) -> Results:
    """All figures."""
    world = World(here, size.inviters, size.newcomers)
    with running(url, size, world) as rivals:
        ours, floor = rivals[0].server, rivals[1].server
        idle = ours.memory()
        if size.rounds > 1:  # the first one opens connections
            in_turn(rivals, PROFILES, 1, 1)
        rates = [
            rate for kind in KINDS for rate in in_turn(rivals, kind, size.rounds, size.seconds)
        ]
        burst = Burst(ours, floor, world, size.burst, size.asking)
        figures = [
            *shares(rates),
            *burst.figures(size.others),
            Figure("memory of a worker after the burst", max(ours.memory()), "MB", 120, "less"),
            Figure("memory of a worker, idle", max(idle), "MB", 120, "less"),
            growth(ours, world, size.growth),
            Figure("cold start to the first answer", ours.cold_start, "s", 3, "less"),
            burst.by_gateway(url),
            popular(ours, world, size.popular),
        ]
        journeys = journey.measure(ours, world, size.journeys, size.asking // 4)
    return Results(figures, [rate.kept() for rate in rates], journeys)


@contextmanager
def running(url: str, size: Size, world: World) -> Iterator[Sequence[Rival]]:
    """The product, its floors and the product on SQLite, each on all processors."""
    with ExitStack() as stack:

        def start(application: str = "", **others: str) -> Server:
            return stack.enter_context(serving(application, quiet=True, **settings(url, **others)))

        path = stack.enter_context(sqlite_file())
        do = stack.enter_context(elsewhere(path))
        guests = 2 * 1_500 * size.seconds * (size.rounds + 1)
        on_sqlite = World(do, min(size.inviters, INVITERS_ON_SQLITE), guests)
        fastest = stack.enter_context(
            serving(
                "tools.bench.floors.fastest",
                server=("tools.bench.floors.threads",),
                ready="/",
                quiet=True,
                **settings(url),
            )
        )
        yield [
            Rival(PRODUCT, start(), world, 2_500),
            Rival(SAME, start("tools.bench.floors.same_server"), world, 4_000),
            Rival(FASTEST, fastest, world, 6_000),
            Rival(SQLITE, start(DATABASE_URL=path), on_sqlite, 1_500),
        ]


def shares(rates: Sequence[Rate]) -> list[Figure]:
    """The product's rates as shares of the fastest floor's."""
    by_name = {(one.call, one.rival): one.rates for one in rates}
    return [
        share(kind.name, by_name[kind.name, PRODUCT], by_name[kind.name, FASTEST], aim=0.5)
        for kind in KINDS
    ]
