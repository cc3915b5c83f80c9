"""Computes the result of a drill from its requests; times are monotonic seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.drill.client import Request
from tools.drill.registry import Drill

GAP = 1.0  # seconds without a successful write that count as an outage
LONGEST = 40.0  # the most seconds that an answer may take
READS = ("profile",)


@dataclass(frozen=True)
class Fault:
    """When something was broken, and when it was repaired."""

    began: float
    ended: float


@dataclass
class Row:
    """The result of one drill; all times in seconds.

    `sent` = `answered` + `refused` (5xx) + `unanswered`; `acknowledged` are writes, of which `lost`
    weren't found afterwards; `logged_out` people had to log in again; `missed` is what had to hold
    and didn't, and `slow` says that it was nothing but times.
    """

    name: str
    title: str
    sent: int
    answered: int
    refused: int
    unanswered: int
    without_service: float
    back: float
    longest: float
    healthz: float
    acknowledged: int
    lost: int
    logged_out: int = 0
    broken: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    slow: bool = False
    notes: str = ""
    took: float = 0.0  # to hold the drill

    @property
    def failed(self) -> int:
        """Requests that failed; the clients repeated them."""
        return self.refused + self.unanswered

    def judge(
        self,
        drill: Drill,
        problems: Sequence[str] = (),
        late: Sequence[str] = (),
        *,
        timed: bool = True,
    ) -> None:
        """Note what had to hold and didn't; unless `timed`, a slow machine is no fault.

        `problems` are what the drill itself found, and `late` what took too long of that.
        """
        if not drill.may_lose:
            self.missed += [f"{self.lost} acknowledged writes lost"] if self.lost else []
            self.missed += self.unexpected
            if self.logged_out and not drill.logs_out:
                self.missed.append(f"{self.logged_out} had to log in again")
        self.missed += [*self.broken, *problems]
        if drill.seamless and self.failed:
            self.missed.append(f"{self.failed} requests failed")
        times = [f"an answer took {self.longest:.1f} s"] if self.longest > LONGEST else []
        if timed and self.healthz > drill.healthz:
            times.append(f"healthz took {self.healthz:.2f} s")
        if timed and self.back > drill.back:
            times.append(f"back after {self.back:.1f} s")
        if timed:
            times += late
        self.slow = bool(times) and not self.missed
        self.missed += times


def without_service(requests: Sequence[Request], began: float, ended: float) -> float:
    """How long no write succeeded, adding up stretches longer than `GAP`."""
    moments = sorted(
        one.ended
        for one in requests
        if not one.failed and one.kind not in READS and began < one.ended < ended
    )
    pauses = zip([began, *moments], [*moments, ended], strict=True)
    return sum(later - earlier for earlier, later in pauses if later - earlier > GAP)


def back_after(requests: Sequence[Request], faults: Sequence[Fault], ended: float) -> float:
    """How long after the end of a fault a write succeeded and no further request failed.

    Requests sent earlier are ignored. With several faults, the longest time.
    """
    worst = 0.0
    for number, fault in enumerate(faults, 1):
        until = faults[number].began if number < len(faults) else ended
        good = [one.ended for one in requests if not one.failed and one.kind not in READS]
        first = min((end for end in good if end > fault.ended), default=until)
        failing = [one.began for one in requests if one.failed and fault.ended < one.began < until]
        worst = max(worst, first - fault.ended, *(began - fault.ended for began in failing))
    return worst
