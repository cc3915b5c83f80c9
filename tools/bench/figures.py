"""The figures of one machine with small tables: rates against their floors, the burst, memory."""

import itertools
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from referrals.models import Activation, InviteCode
from tools.bench import people
from tools.bench.load import Call, WrongAnswersError, load, loading, pause
from tools.bench.report import Figure, share
from tools.server import Server, serving
from users.models import LoginCode, Session

CLIENTS, BURST, CROWD = 16, 1600, 64
INVITERS, INVITEES, NEWCOMERS = 1_000, 50, 400_000
POPULAR = 10_000


def measure(environ: dict[str, str], *, quick: bool = False) -> list[Figure]:
    """All figures; `quick` makes the rounds short and the figures rough."""
    seconds, rounds = (1, 2) if quick else (4, 5)
    guests = people_of_the_bench()
    with ExitStack() as stack:
        ours = stack.enter_context(serving(environ))
        idle = ours.memory()
        floor = stack.enter_context(serving(environ, "tools.bench.floor"))
        bench = Bench(ours, floor, seconds, rounds, guests)
        return [
            bench.profile(),
            bench.logins(),
            bench.activations(),
            *bench.burst(3 if quick else 30),
            bench.popular(POPULAR // 10 if quick else POPULAR),
            Figure("cold start to the first answer", ours.cold_start, "s", 3, "less"),
            Figure("memory of a worker, idle", max(idle), "MB", 120, "less"),
            Figure("memory of a worker after the burst", max(ours.memory()), "MB", 120, "less"),
            bench.growth(5_000 if quick else 200_000),
        ]


def people_of_the_bench() -> "itertools.count[int]":
    """Inviters, their invitees, and newcomers, of whom each is asked for only once."""
    people.make(1, INVITERS * (1 + INVITEES) + NEWCOMERS)
    for n in range(INVITERS):
        people.invite(n + 1, INVITERS + n * INVITEES + 1, INVITEES)
    people.tidy()
    return itertools.count(INVITERS * (1 + INVITEES) + 1)


class Bench:
    """The product and the floor, both running, measured in turn."""

    def __init__(
        self,
        ours: Server,
        floor: Server,
        seconds: float,
        rounds: int,
        guests: "itertools.count[int]",
    ) -> None:
        self.ours, self.floor, self.seconds, self.rounds, self.guests = (
            ours,
            floor,
            seconds,
            rounds,
            guests,
        )
        inviters = range(1, INVITERS + 1)
        self.last = {n: INVITERS + n * INVITEES for n in inviters}
        self.calls = people.profiles(people.log_in(inviters), self.last)

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
        rates = self.in_turn(lambda: people.logins(self.new(self.many)))
        answered = [rate * self.seconds for rate in itertools.chain(*rates)]
        if Session.objects.count() - before < sum(answered) * 0.98:
            raise WrongAnswersError("there are fewer sessions than logins")
        return share("logins", *rates, aim=0.5)

    def activations(self) -> Figure:
        """Activations of a thousand people's codes."""
        before = Activation.objects.count()
        inviters = self.new(INVITERS)
        rates = self.in_turn(
            lambda: people.activations(people.log_in(self.new(self.many)), inviters)
        )
        answered = [rate * self.seconds for rate in itertools.chain(*rates)]
        if Activation.objects.count() - before < sum(answered) * 0.98:
            raise WrongAnswersError("there are fewer activations than answers")
        return share("activations", *rates, aim=0.5)

    @property
    def many(self) -> int:
        """More calls than any round answers."""
        return round(2500 * self.seconds)

    def burst(self, seconds: float) -> list[Figure]:
        """1,600 clients ask for codes again and again; then others look at profiles meanwhile."""
        before = LoginCode.objects.filter(delivered=True).count()
        sent = load(self.ours.port, self._asking(seconds), clients=BURST, seconds=seconds)
        if LoginCode.objects.filter(delivered=True).count() - before < sent.answered:
            raise WrongAnswersError("fewer codes were sent than answered")
        slept = load(self.floor.port, self._asking(seconds), clients=BURST, seconds=seconds / 2)
        idle = load(self.ours.port, self.calls, clients=CLIENTS, seconds=seconds / 3)
        with loading(self.ours.port, self._asking(seconds), BURST, seconds) as codes:
            pause()
            busy = load(self.ours.port, self.calls, clients=CLIENTS, seconds=seconds - 2)
            both = codes.result()
        return [
            Figure(
                "1,600 clients asking for codes",
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

    def _asking(self, seconds: float) -> list[Call]:
        return people.requests_for_codes(self.new(round(1200 * (seconds + 3))))

    def popular(self, count: int) -> Figure:
        """So many people activate one code, 64 at a time; none is lost, none counted twice."""
        (inviter,), crowd = self.new(1), self.new(count)
        calls = people.activations(people.log_in(crowd), [inviter])
        seconds = 0.0
        while (done := self._activated(inviter)) < count:
            result = load(self.ours.port, calls, clients=CROWD, seconds=2, first=done)
            seconds += result.seconds
        counter = InviteCode.objects.get(owner_id=inviter).activations_count
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
        before, answered = self.ours.memory(), 0
        while answered < count:
            answered += load(self.ours.port, self.calls, clients=CLIENTS, seconds=10).answered
        grown = max(
            after - earlier for after, earlier in zip(self.ours.memory(), before, strict=True)
        )
        return Figure(f"growth of a worker over {count:,} requests", grown, "MB", 2, "less")

    def _activated(self, inviter: int) -> int:
        return Activation.objects.filter(inviter_id=inviter).count()


def _latency(name: str, busy: float, idle: float, aim: float) -> Figure:
    return Figure(
        name, busy / idle, "× idle", aim, "less", details=f"{busy:.1f} ms against {idle:.1f} ms"
    )
