"""Nothing breaks; compares what the workers use before and after a minute of load."""

import psutil

from tools.drill.registry import drill
from tools.drill.scene import Scene
from tools.server import Server

WARM = 15.0  # seconds until everything is loaded
SECONDS = 60.0
GROWTH = 5.0  # MB a worker may grow by
FILES = 10  # more open files and connections than before


@drill("nothing for 75 s: memory and open files")
def soak(scene: Scene) -> None:
    with scene.product() as (_, server, load):
        load.steady(WARM)
        memory, files = max(server.memory()), open_files(server)
        load.steady(SECONDS)
        grown, opened = max(server.memory()) - memory, open_files(server) - files
    scene.notes.append(f"a worker grew by {grown:.1f} MB to {grown + memory:.0f} MB,")
    scene.notes.append(f"{opened:+} open files of {files}")
    if grown > GROWTH or opened > FILES:
        scene.problems.append("a worker grows")


def open_files(server: Server) -> int:
    """The most that any worker has."""
    return max(psutil.Process(pid).num_fds() for pid in server.workers)
