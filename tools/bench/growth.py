"""What grows: one person's invitees, and a worker's memory."""

from tools.bench import people, traffic
from tools.bench.load import WrongAnswersError, load
from tools.bench.report import Figure
from tools.bench.rivals import CLIENTS
from tools.bench.worlds import World
from tools.server import Server

CROWD, MOST = 64, 2_500  # clients; calls per second that are never reached


def popular(ours: Server, world: World, seconds: int) -> Figure:
    """Many people activate one code, 64 at a time; none is lost, none counted twice."""
    (inviter,), crowd = world.new(1), world.new(MOST * seconds)
    calls = traffic.activations(people.log_in(crowd), [inviter])
    result = load(ours.port, calls, clients=CROWD, seconds=seconds)
    stored, counted = people.invited_by(inviter)
    if counted != stored or stored < result.answered:
        raise WrongAnswersError(f"{result.answered} answered, {stored} stored, {counted} counted")
    return Figure(
        "activations of one code, 64 at a time",
        result.rate,
        "/s",
        details=f"{counted:,} in all, counted exactly; p99 {result.p99:,.0f} ms",
    )


def growth(ours: Server, world: World, count: int) -> Figure:
    """How much the workers grew over this number of requests."""
    before, answered, seconds = ours.memory(), 0, max(1, count // 20_000)
    while answered < count:
        result = load(ours.port, world.profiles(), clients=CLIENTS, seconds=seconds)
        answered += result.answered
    grown = max(after - earlier for after, earlier in zip(ours.memory(), before, strict=True))
    return Figure(f"growth of a worker over {count:,} requests", grown, "MB", 2, "less")
