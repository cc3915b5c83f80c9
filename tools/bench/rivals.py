"""What is measured side by side: servers that run, loaded one after the other in each round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tools.bench import people
from tools.bench.load import Call, Load, WrongAnswersError, load, pause
from tools.bench.processors import Spent, spent
from tools.bench.worlds import World
from tools.server import Server

CLIENTS = 16


@dataclass(frozen=True)
class Rival:
    """A server, the people on its database, and more calls per second than it can answer."""

    name: str
    server: Server
    world: World
    most: int


@dataclass(frozen=True)
class Kind:
    """A kind of call, and how to count what it has written."""

    name: str
    calls: Callable[[World, int], Sequence[Call]]
    written: Callable[[], int] | None = None


PROFILES = Kind("profile with 50 invitees", World.profiles)
LOGINS = Kind("logins", World.logins, people.sessions)
ACTIVATIONS = Kind("activations", World.activations, people.activations)
REFRESHES = Kind("refreshes", World.refreshes, people.refreshes)
KINDS = (PROFILES, LOGINS, ACTIVATIONS, REFRESHES)


@dataclass
class Rate:
    """A kind of call on one rival, round by round."""

    call: str
    rival: str
    loads: list[Load] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Answers per second of each round."""
        return [one.rate for one in self.loads]

    @property
    def costs(self) -> list[float]:
        """The server's processor time for one call in each round, in µs."""
        return self._costs("server")

    def kept(self) -> dict[str, Any]:
        """The medians of its rounds: per second, ms, and µs of processor time for each call."""
        return {
            "call": self.call,
            "rival": self.rival,
            "rate": median(self.rates),
            "rates": self.rates,
            "p50": median(one.p50 for one in self.loads),
            "p99": median(one.p99 for one in self.loads),
            "server": self._each("server"),
            "database": self._each("database"),
            "load": self._each("load"),
        }

    def _each(self, what: str) -> float:
        return median(self._costs(what))

    def _costs(self, what: str) -> list[float]:
        rounds = zip(self.spent, self.loads, strict=True)
        return [getattr(cost, what) * 1e6 / one.answered for cost, one in rounds]


def in_turn(rivals: Sequence[Rival], kind: Kind, rounds: int, seconds: int) -> list[Rate]:
    """Load each of the rivals in each round. Raises `WrongAnswersError`."""
    rates = [Rate(kind.name, one.name) for one in rivals]
    for _ in range(rounds):
        for rival, rate in zip(rivals, rates, strict=True):
            result, cost = _turn(rival, kind, seconds)
            rate.loads.append(result)
            rate.spent.append(cost)
    return rates


def _turn(rival: Rival, kind: Kind, seconds: int) -> tuple[Load, Spent]:
    calls = kind.calls(rival.world, rival.most * seconds)
    before = rival.world.do(kind.written) if kind.written else 0
    pause()
    began = spent(rival.server.process.pid)
    result = load(rival.server.port, calls, clients=CLIENTS, seconds=seconds)
    cost = spent(rival.server.process.pid) - began
    if kind.written:
        _check(result, len(calls), rival.world.do(kind.written) - before)
    return result, cost


def _check(result: Load, due: int, written: int) -> None:
    if result.answered >= due:
        raise WrongAnswersError("more was answered than there were calls")
    if written < result.answered:
        raise WrongAnswersError(f"{result.answered} were answered, {written} written")
