"""The figures of one machine with small tables: rates against their floors, the burst, memory."""

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from referrals.models import Activation, InviteCode
from tools.bench import people, traffic
from tools.bench.load import Call, WrongAnswersError, load, loading, pause
from tools.bench.product import settings
from tools.bench.report import Figure, share
from tools.server import Server, serving
from users.models import Challenge, Session

CLIENTS, CROWD = 16, 64
INVITERS, INVITEES = 1_000, 50


@dataclass(frozen=True)
class Size:
    """How long and how often the rates are measured, and with how many people."""

    seconds: int
    rounds: int
    burst: int  # seconds
    asking: int  # clients in a burst
    popular: int  # activations of one code
    growth: int  # requests
    newcomers: int


FULL = Size(4, 5, burst=30, asking=1_600, popular=10_000, growth=200_000, newcomers=400_000)
QUICK = Size(1, 1, burst=5, asking=100, popular=500, growth=2_000, newcomers=40_000)


def measure(url: str, size: Size) -> list[Figure]:
    """All figures."""
    guests = people_of_the_bench(size.newcomers)
    with ExitStack() as stack:
        ours = stack.enter_context(serving(quiet=True, **settings(url)))
        idle = ours.memory()
        floor = stack.enter_context(serving("tools.bench.floor", quiet=True, **settings(url)))
        bench = Bench(ours, floor, size, guests)
        return [
            bench.profile(),
            bench.logins(),
            bench.activations(),
            *bench.burst(size.burst, size.asking),
            bench.popular(size.popular),
            Figure("cold start to the first answer", ours.cold_start, "s", 3, "less"),
            Figure("memory of a worker, idle", max(idle), "MB", 120, "less"),
            Figure("memory of a worker after the burst", max(ours.memory()), "MB", 120, "less"),
            bench.growth(size.growth),
        ]


def people_of_the_bench(newcomers: int) -> "itertools.count[int]":
    """Inviters, their invitees, and newcomers, of whom each is asked for only once."""
    people.make(1, INVITERS * (1 + INVITEES) + newcomers)
    for n in range(INVITERS):
        people.invite(n + 1, INVITERS + n * INVITEES + 1, INVITEES)
    people.tidy()
    return itertools.count(INVITERS * (1 + INVITEES) + 1)


class Bench:
    """The product and the floor, both running, measured in turn."""

    def __init__(
        self, ours: Server, floor: Server, size: Size, guests: "itertools.count[int]"
    ) -> None:
        self.ours, self.floor, self.guests = ours, floor, guests
        self.seconds, self.rounds = size.seconds, size.rounds
        inviters = range(1, INVITERS + 1)
        self.last = {n: INVITERS + n * INVITEES for n in inviters}
        self.calls = traffic.profiles(people.log_in(inviters), self.last)

    def new(self, count: int) -> list[int]:
        """So many people nobody has used."""
        return list(itertools.islice(self.guests, count))

    def in_turn(self, calls: Callable[[], Sequence[Call]]) -> tuple[list[float], list[float]]:
        """The rates of both, round by round, with calls made for each round."""
        rates: tuple[list[float], list[float]] = ([], [])
        for _ in range(self.rounds):
            for server, its in zip((self.ours, self.floor), rates, strict=True):
                made = calls()
                result = load(server.port, made, clients=CLIENTS, seconds=self.seconds)
                if made is not self.calls and result.answered >= len(made):
                    raise WrongAnswersError("more was answered than there were calls")
                its.append(result.rate)
                pause()
        return rates

    def profile(self) -> Figure:
        """Profiles with 50 invitees."""
        load(self.ours.port, self.calls, clients=CLIENTS, seconds=1)  # both have connections now
        load(self.floor.port, self.calls, clients=CLIENTS, seconds=1)
        return share("profile with 50 invitees", *self.in_turn(lambda: self.calls), aim=0.5)

    def logins(self) -> Figure:
        """Logins of people known before; each leaves a session."""
        before = Session.objects.count()
        answered: list[float] = []
        rates = self.in_turn(lambda: traffic.logins(self.new(self.many)))
        answered = [rate * self.seconds for rate in itertools.chain(*rates)]
        if Session.objects.count() - before < sum(answered) * 0.98:
            raise WrongAnswersError("there are fewer sessions than logins")
        return share("logins", *rates, aim=0.5)

    def activations(self) -> Figure:
        """Activations of a thousand people's codes."""
        before = Activation.objects.count()
        inviters = self.new(INVITERS)
        rates = self.in_turn(
            lambda: traffic.activations(people.log_in(self.new(self.many)), inviters)
        )
        answered = [rate * self.seconds for rate in itertools.chain(*rates)]
        if Activation.objects.count() - before < sum(answered) * 0.98:
            raise WrongAnswersError("there are fewer activations than answers")
        return share("activations", *rates, aim=0.5)

    @property
    def many(self) -> int:
        """More calls than any round answers."""
        return round(2500 * self.seconds)

    def burst(self, seconds: float, many: int) -> list[Figure]:
        """Many clients ask for codes again and again; then others look at profiles meanwhile."""
        began = time.time()
        sent = load(self.ours.port, self._asking(seconds, many), clients=many, seconds=seconds)
        if Challenge.objects.filter(opened_at__gte=began).count() < sent.answered:
            raise WrongAnswersError("fewer codes were sent than answered")
        slept = load(
            self.floor.port, self._asking(seconds, many), clients=many, seconds=seconds / 2
        )
        idle = load(self.ours.port, self.calls, clients=CLIENTS, seconds=seconds / 3)
        with loading(self.ours.port, self._asking(seconds, many), many, seconds) as codes:
            pause()
            busy = load(self.ours.port, self.calls, clients=CLIENTS, seconds=seconds - 2)
            both = codes.result()
        return [
            Figure(
                f"{many:,} clients asking for codes",
                sent.rate / slept.rate,
                "of the floor",
                0.6,
                details=f"{sent.rate:,.0f}/s against {slept.rate:,.0f}/s that only sleep",
            ),
            _latency("profile meanwhile, p50", busy.p50, idle.p50, 2),
            _latency("profile meanwhile, p99", busy.p99, idle.p99, 5),
            Figure("profiles meanwhile", busy.rate, "/s", details=f"{idle.rate:,.0f}/s without"),
            Figure("codes meanwhile", both.rate, "/s", details=f"{sent.rate:,.0f}/s without"),
        ]

    def _asking(self, seconds: float, many: int) -> list[Call]:
        rate = 0.75 * many  # more than any server reaches: an answer takes 1.5 s
        return traffic.requests_for_codes(self.new(round(rate * (seconds + 3))))

    def popular(self, count: int) -> Figure:
        """So many people activate one code, 64 at a time; none is lost, none counted twice."""
        (inviter,), crowd = self.new(1), self.new(count)
        calls = traffic.activations(people.log_in(crowd), [inviter])
        seconds = 0.0
        while (done := self._activated(inviter)) < count:
            result = load(self.ours.port, calls, clients=CROWD, seconds=4, first=done)
            seconds += result.seconds
        counter = InviteCode.objects.get(owner_id=people.uid(inviter)).activations_count
        if not counter == self._activated(inviter) == count:
            raise WrongAnswersError(f"{count} activations were counted as {counter}")
        return Figure(
            f"{count:,} activations of one code, 64 at a time",
            count / seconds,
            "/s",
            details="exact count, no error",
        )

    def growth(self, count: int) -> Figure:
        """How much the workers have grown after so many more requests."""
        before, answered, seconds = self.ours.memory(), 0, max(1, count // 20_000)
        while answered < count:
            answered += load(self.ours.port, self.calls, clients=CLIENTS, seconds=seconds).answered
        grown = max(
            after - earlier for after, earlier in zip(self.ours.memory(), before, strict=True)
        )
        return Figure(f"growth of a worker over {count:,} requests", grown, "MB", 2, "less")

    def _activated(self, inviter: int) -> int:
        return Activation.objects.filter(inviter_id=people.uid(inviter)).count()


def _latency(name: str, busy: float, idle: float, aim: float) -> Figure:
    return Figure(
        name, busy / idle, "× idle", aim, "less", details=f"{busy:.1f} ms against {idle:.1f} ms"
    )
