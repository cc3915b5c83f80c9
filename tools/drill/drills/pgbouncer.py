"""PgBouncer and the cluster's primary are restarted one at a time, while the rest keeps running."""

from tools.drill.deployment import PROGRAMS
from tools.drill.drills.failovers import served
from tools.drill.registry import drill
from tools.drill.scene import Scene

MOMENT = 1.0  # seconds until it is started again
PAUSED = 4.0  # seconds


@drill("PgBouncer is restarted", needs=PROGRAMS)
def pgbouncer_restarted(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            whole.proxies.pgbouncer.end()
            load.steady(MOMENT)
            whole.proxies.pgbouncer.start()
        load.recover()


@drill("PgBouncer is paused for four seconds, and resumed", needs=PROGRAMS)
def pgbouncer_paused(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            whole.proxies.tell_pgbouncer("PAUSE")
            load.steady(PAUSED)
            whole.proxies.tell_pgbouncer("RESUME")
        load.recover()


@drill("PostgreSQL is restarted behind PgBouncer (`patronictl restart`)", needs=PROGRAMS)
def postgres_restarted_behind_pgbouncer(scene: Scene) -> None:
    with served(scene) as (whole, server), scene.load([server], whole) as load:
        load.steady()
        with load.fault():
            whole.primary.ask_patroni("POST", "/restart", {})
        load.recover()
