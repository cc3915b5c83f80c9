"""The product's own processes die and are replaced."""

import os
import signal

from tools.drill.registry import drill
from tools.drill.scene import Scene

WITHOUT_WORKERS = 0.5  # seconds; healthz waits until there is one again


@drill("one of two workers is killed (SIGKILL)", quick=True)
def worker_killed(scene: Scene) -> None:
    with scene.product() as (_, server, load):
        load.steady()
        with load.fault():
            os.kill(min(server.workers), signal.SIGKILL)
        load.recover()


@drill("both workers of the only server are killed at once (SIGKILL)", healthz=WITHOUT_WORKERS)
def all_workers_killed(scene: Scene) -> None:
    with scene.product() as (_, server, load):
        load.steady()
        with load.fault():
            for worker in server.workers:
                os.kill(worker, signal.SIGKILL)
        load.recover()
