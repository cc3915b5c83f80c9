"""The product on two versions of Python, in turn: `make bench-python OTHER=python3.14`."""

import subprocess
from dataclasses import dataclass

from tools.bench.product import settings
from tools.bench.report import Figure, ratio
from tools.bench.rivals import KINDS, PROFILES, Rate, Rival, in_turn
from tools.bench.worlds import World, here
from tools.server import serving


@dataclass(frozen=True)
class Size:
    """How long (s) and how often each is measured, and with how many people."""

    seconds: int
    rounds: int
    inviters: int
    newcomers: int


FULL = Size(3, 5, 1_000, 200_000)
QUICK = Size(1, 1, 100, 20_000)
MOST = 2_500  # calls per second that neither reaches


def measure(url: str, size: Size, ours: str, other: str) -> list[Figure]:
    """The other interpreter's rates as multiples of ours."""
    world = World(here, size.inviters, size.newcomers)
    names = [version_of(python) for python in (ours, other)]
    with (
        serving(quiet=True, python=ours, **settings(url)) as first,
        serving(quiet=True, python=other, **settings(url)) as second,
    ):
        rivals = [Rival(names[0], first, world, MOST), Rival(names[1], second, world, MOST)]
        in_turn(rivals, PROFILES, 1, 1)  # so that both have connections
        turns = [in_turn(rivals, kind, size.rounds, size.seconds) for kind in KINDS]
        return [
            *(_rate(*pair) for pair in turns),
            *(_cost(*pair) for pair in turns),
            *(
                Figure(f"memory of a worker, {name}", max(server.memory()), "MB")
                for name, server in zip(names, (first, second), strict=True)
            ),
        ]


def _rate(before: Rate, after: Rate) -> Figure:
    unit = f"× the rate of {before.rival}"
    return ratio(f"{after.call}, {after.rival}", after.rates, before.rates, unit)


def _cost(before: Rate, after: Rate) -> Figure:
    """Which a busy machine changes less than rates."""
    name, unit = f"{after.call}, {after.rival}", f"× the processor time of {before.rival}"
    return ratio(name, after.costs, before.costs, unit, of=" µs")


def version_of(python: str) -> str:
    """What an interpreter calls itself, such as `Python 3.14.0`."""
    return subprocess.check_output([python, "--version"], text=True).strip()
