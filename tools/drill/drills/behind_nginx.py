"""One of two servers behind nginx goes away."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tools.drill.edge import nginx
from tools.drill.load import Load
from tools.drill.registry import drill
from tools.drill.scene import Scene
from tools.server import Server

SETTINGS = {"TRUSTED_PROXY_COUNT": "1", "WEB_CONCURRENCY": "1"}


@dataclass
class Pair:
    """Two servers under load behind nginx; each may be started again where it was."""

    scene: Scene
    stack: ExitStack
    url: str
    servers: list[Server]
    load: Load

    def start_again(self, number: int) -> None:
        """A new process in place of one that has ended."""
        port = str(self.servers[number].port)
        new = self.scene.server(self.url, PORT=port, **SETTINGS)
        self.servers[number] = self.stack.enter_context(new)


@contextmanager
def pair(scene: Scene) -> Iterator[Pair]:
    """Under a steady load."""
    with scene.postgres() as database, ExitStack() as stack:
        one, two = (stack.enter_context(scene.server(database.url, **SETTINGS)) for _ in range(2))
        port = stack.enter_context(nginx(scene.folder, [one.port, two.port]))
        with scene.load([one, two], database, ports=[port]) as load:
            load.steady()
            yield Pair(scene, stack, database.url, [one, two], load)
            load.recover()


@drill(
    "one of two servers behind nginx is stopped (SIGTERM), and started again",
    needs=("nginx",),
    seamless=True,
)
def server_stopped(scene: Scene) -> None:
    with pair(scene) as both:
        with both.load.fault():
            both.servers[0].stop()
            both.load.steady()
        both.start_again(0)


@drill("one of two servers behind nginx is killed (SIGKILL), and started again", needs=("nginx",))
def server_killed(scene: Scene) -> None:
    with pair(scene) as both:
        with both.load.fault():
            both.servers[0].kill()
            both.load.steady()
        both.start_again(0)


@drill(
    "both servers behind nginx are replaced, one after the other",
    needs=("nginx",),
    seamless=True,
    quick=True,
)
def servers_replaced(scene: Scene) -> None:
    with pair(scene) as both, both.load.fault():
        for number in (0, 1):
            both.servers[number].stop()
            both.start_again(number)
