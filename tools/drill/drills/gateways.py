"""An SMS gateway fails, alone or with a working second one, or has many messages at once."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tools.drill.gateway import Gateway
from tools.drill.load import Load
from tools.drill.registry import drill
from tools.drill.scene import Scene

SECONDS = 15.0  # longer than the product waits for a gateway
CROWD, CROWD_DELAY = 150, 1.5  # people who ask at once; seconds per message
CROWD_SERVED = 4.0  # seconds until all of them have an answer
IN_LINE = 1.0  # seconds; healthz waits its turn among them


def two_gateways(scene: Scene, mode: str, delay: float = 0.0) -> None:
    """The first gateway fails under load, so messages must go through the second one."""
    with (
        scene.postgres() as database,
        Gateway(scene.inbox) as first,
        scene.server(database.url, SMS_URL=f"{first.url} {scene.gateway.url}") as server,
        scene.load([server], database) as load,
    ):
        load.steady()
        with load.fault():
            first.mode, first.delay = mode, delay
            load.steady(SECONDS)
            first.mode, first.delay = "good", 0.0
        load.recover()
        scene.notes.append(f"{scene.gateway.taken} messages went by the second one")


@drill("the first of two gateways hangs for 15 s")
def gateway_hung(scene: Scene) -> None:
    two_gateways(scene, "hung")


@drill("the first of two gateways fails for 15 s (500)")
def gateway_failing(scene: Scene) -> None:
    two_gateways(scene, "failing")


@drill("the first of two gateways hangs up for 15 s")
def gateway_closing(scene: Scene) -> None:
    two_gateways(scene, "closing")


@drill("the only gateway takes 3 s for each message, for 15 s")
def gateway_slow(scene: Scene) -> None:
    with scene.product() as (_, _, load):
        load.steady()
        with load.fault():
            scene.gateway.delay = 3.0
            load.steady(SECONDS)
            scene.gateway.delay = 0.0
        load.recover()


@drill("the only gateway fails for 8 s (500)", quick=True)
def only_gateway_failing(scene: Scene) -> None:
    with scene.product() as (_, _, load):
        load.steady()
        with load.fault():
            scene.gateway.mode = "failing"
            load.steady(8)
            scene.gateway.mode = "good"
        load.recover()


@drill(
    f"{CROWD} more people ask for a code at once, and the gateway takes {CROWD_DELAY} s",
    healthz=IN_LINE,
)
def gateway_crowded(scene: Scene) -> None:
    with scene.product() as (_, _, load):
        load.steady()
        scene.gateway.delay = CROWD_DELAY
        with load.fault():
            statuses, seconds = ask_at_once(load)
        scene.gateway.delay = 0.0
        load.recover()
    scene.notes.append(f"all had theirs after {seconds:.1f} s")
    if statuses != {200: CROWD}:
        scene.problems.append(f"answers to the crowd: {dict(statuses)}")
    if seconds > CROWD_SERVED:
        scene.late.append(f"the crowd had its codes after {seconds:.1f} s")


def ask_at_once(load: Load) -> tuple[Counter[int], float]:
    """How often each status came, and the seconds until the last one."""
    people = [load.newcomer() for _ in range(CROWD)]
    with ThreadPoolExecutor(CROWD) as pool:
        began = time.monotonic()
        statuses = Counter(pool.map(lambda one: one.ask_once_for_code(), people))
        return statuses, time.monotonic() - began
