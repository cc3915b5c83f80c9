"""Many clients who ask for codes again and again, and others who look at profiles meanwhile."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tools.bench import traffic
from tools.bench.load import Call, Load, WrongAnswersError, load, loading, pause
from tools.bench.product import settings, through
from tools.bench.report import Figure
from tools.bench.worlds import World
from tools.server import Server, serving
from users.models import Challenge

BY_GATEWAY = 400  # clients at most; each message costs some ms of computing


@dataclass(frozen=True)
class Burst:
    """Many clients at once, on the product and on a view that only sleeps."""

    ours: Server
    floor: Server
    world: World
    seconds: int
    many: int

    def figures(self, beside: Sequence[int]) -> list[Figure]:
        """Codes by the simulated gateway: alone, and with so many others beside them."""
        began = time.time()
        sent = self._load(self.ours, self.seconds, self.many)
        if Challenge.objects.filter(opened_at__gte=began).count() < sent.answered:
            raise WrongAnswersError("fewer codes were sent than answered")
        slept = self._load(self.floor, max(4, self.seconds // 2), self.many)
        name = f"{self.many:,} clients asking for codes"
        figures = [
            _share(name, sent, slept, 0.65),
            _seconds("their longest wait but for 1 %", sent),
            _refused(name, sent),
        ]
        for others in beside:
            figures += self._beside(others, name, slept)
        return figures

    def _beside(self, others: int, name: str, slept: Load) -> list[Figure]:
        """The same while so many others look at profiles."""
        profiles, beside = self.world.profiles(), f"with {others} profile clients beside them"
        idle = load(self.ours.port, profiles, clients=others, seconds=self.seconds / 4)
        calls = self._asking(self.seconds, self.many)
        with loading(self.ours.port, calls, self.many, self.seconds) as codes:
            pause()
            busy = load(self.ours.port, profiles, clients=others, seconds=self.seconds - 1)
            sent = codes.result(refusals=True)
        return [
            _share(f"{name}, {beside}", sent, slept, 0.45),
            _seconds(f"accepted ones' p99, {beside}", sent, 5),
            _refused(f"{name}, {beside}", sent),
            _times(f"p50 of {others} profile clients meanwhile", busy.p50, idle.p50, 2),
            _times(f"p99 of {others} profile clients meanwhile", busy.p99, idle.p99, 5),
            Figure(
                f"profiles of {others} clients meanwhile",
                busy.rate,
                "/s",
                details=f"{idle.rate:,.0f}/s without",
            ),
        ]

    def by_gateway(self, url: str) -> Figure:
        """Codes that leave by a real gateway, against those that are only simulated."""
        seconds, many = max(4, self.seconds // 3), min(self.many, BY_GATEWAY)
        with (
            serving("tools.bench.receiver", quiet=True, ready="/", **settings(url)) as receiver,
            serving(quiet=True, **settings(url, **through(receiver))) as product,
        ):
            by_http = self._load(product, seconds, many)
            simulated = self._load(self.ours, seconds, many)
        return Figure(
            f"{many:,} clients asking for codes, by an HTTP gateway",
            by_http.rate / simulated.rate,
            "of the simulated one",
            details=f"{by_http}; simulated {simulated}",
        )

    def _load(self, server: Server, seconds: int, many: int) -> Load:
        calls = self._asking(seconds, many)
        return load(server.port, calls, clients=many, seconds=seconds, refusals=True)

    def _asking(self, seconds: int, many: int) -> Sequence[Call]:
        """People nobody has used, more than any server reaches: an answer takes 1.5 s."""
        return traffic.requests_for_codes(self.world.new(round(0.75 * many * (seconds + 3))))


def _share(name: str, sent: Load, slept: Load, aim: float) -> Figure:
    return Figure(
        name,
        sent.rate / slept.rate,
        "of the view that only sleeps",
        aim,
        details=f"{sent}; that only sleeps {slept}",
    )


def _seconds(name: str, sent: Load, aim: float | None = None) -> Figure:
    return Figure(name, sent.p99 / 1e3, "s", aim, "less")


def _refused(name: str, sent: Load) -> Figure:
    return Figure(
        f"refused of {name}",
        sent.refused / (sent.answered + sent.refused) * 100,
        "%",
        0,
        "less",
        details=f"{sent.refused:,}, who would wait longer than 10 s" if sent.refused else "",
    )


def _times(name: str, busy: float, idle: float, aim: float) -> Figure:
    return Figure(
        name, busy / idle, "× alone", aim, "less", details=f"{busy:.1f} ms against {idle:.1f} ms"
    )
