"""PostgreSQL stops and starts again, refuses writes, or runs out of disk space."""

from tools.drill.disks import filled, small_disk
from tools.drill.registry import drill
from tools.drill.scene import Scene, migrate
from tools.postgres import own_postgres


@drill("PostgreSQL is restarted")
def postgres_restarted(scene: Scene) -> None:
    with scene.product() as (database, _, load):
        load.steady()
        with load.fault():
            database.stop()
            database.start()
        load.recover()


@drill("PostgreSQL is killed (SIGKILL), and started again 5 s later", quick=True)
def postgres_killed(scene: Scene) -> None:
    with scene.product() as (database, _, load):
        load.steady()
        with load.fault():
            database.kill()
            load.steady(5)
            database.start()
        load.recover()


@drill("PostgreSQL takes no writes for 8 s (default_transaction_read_only)")
def postgres_read_only(scene: Scene) -> None:
    with scene.product() as (database, _, load):
        load.steady()
        with load.fault():
            database.ask("ALTER SYSTEM SET default_transaction_read_only = on")
            database.ask("SELECT pg_reload_conf()")
            load.steady(8)
            database.ask("ALTER SYSTEM RESET default_transaction_read_only")
            database.ask("SELECT pg_reload_conf()")
        load.recover()


@drill("the disk of PostgreSQL's tables is full for 8 s")
def postgres_tables_full(scene: Scene) -> None:
    with small_disk(scene.folder, megabytes=24) as disk, own_postgres() as database:
        disk.belongs_to(database.owner)
        database.ask(f"CREATE TABLESPACE small LOCATION '{disk.path}'")
        database.ask("ALTER SYSTEM SET default_tablespace = 'small'")
        database.ask("SELECT pg_reload_conf()")
        migrate(database)
        with scene.server(database.url) as server, scene.load([server], database) as load:
            load.steady()
            with load.fault(), filled(disk):
                load.steady(8)
            load.recover()
        database.ask("ALTER SYSTEM RESET default_tablespace")
