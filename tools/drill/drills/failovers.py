"""The cluster of deploy/ha: its primary changes, dies or freezes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tools.drill.cluster import Cluster, cluster
from tools.drill.deployment import PROGRAMS, ttl
from tools.drill.load import Load
from tools.drill.registry import BACK, drill
from tools.drill.scene import Scene, migrate
from tools.server import Server

FAILOVER = ttl() + BACK
STALLED = 4.0  # seconds for which standbys receive nothing from the primary


@contextmanager
def served(scene: Scene, *, by_hosts: bool = False) -> Iterator[tuple[Cluster, Server]]:
    """A whole cluster with the product, which uses PgBouncer and HAProxy or a list of hosts."""
    with cluster() as whole:
        migrate(whole)
        url, prepare = (whole.url_of_hosts, "true") if by_hosts else (whole.url, "false")
        with scene.server(url, DB_PREPARE=prepare) as server:
            whole.await_whole()  # the standbys were being made meanwhile
            yield whole, server


def lose_primary(whole: Cluster, load: Load) -> None:
    """Kill the primary's machine, and start it again once another has taken over."""
    primary = whole.primary
    with load.fault():
        primary.kill()
    whole.await_another(primary)
    load.recover()
    primary.start()
    whole.await_whole()


@drill("the primary is switched over to the synchronous standby", needs=PROGRAMS)
def switchover(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            whole.switch_over()
        load.recover()


@drill("the primary is switched over; no HAProxy, no PgBouncer", needs=PROGRAMS)
def switchover_by_hosts(scene: Scene) -> None:
    with served(scene, by_hosts=True) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            whole.switch_over()
        load.recover()


@drill("the primary's machine is lost (SIGKILL) and comes back", needs=PROGRAMS, back=FAILOVER)
def primary_killed(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        lose_primary(whole, load)


@drill(
    "the primary's machine is lost, without HAProxy and PgBouncer", needs=PROGRAMS, back=FAILOVER
)
def primary_killed_by_hosts(scene: Scene) -> None:
    with served(scene, by_hosts=True) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        lose_primary(whole, load)


@drill(
    "the primary's machine is lost; asynchronous, the standbys got nothing for 4 s",
    needs=PROGRAMS,
    back=FAILOVER,
    may_lose=True,
)
def primary_killed_asynchronous(scene: Scene) -> None:
    with served(scene) as (whole, server):
        whole.change(synchronous_mode=False)
        whole.await_whole()
        with scene.load([server], whole) as load:
            load.steady()
            primary = whole.primary
            with ExitStack() as stalled:
                for standby in whole.with_role("replica"):
                    stalled.enter_context(standby.not_receiving())
                load.steady(STALLED)
                with load.fault():
                    primary.kill()
            whole.await_another(primary)
            load.recover()
            primary.start()
            whole.await_whole()


@drill(
    "the primary's machine stands still (SIGSTOP) and wakes up as one of two",
    needs=PROGRAMS,
    back=FAILOVER,
)
def primary_frozen(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            primary = whole.primary
        with primary.frozen():
            whole.await_another(primary)
            load.recover()
        whole.await_whole()


@drill("the synchronous standby stands still and wakes up", needs=PROGRAMS, back=15.0)
def standby_frozen(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            standby = whole.with_role("sync_standby")[0]
        with standby.frozen():
            load.recover(15.0)
        whole.await_whole()
