"""Drills: the product under load, with real processes, while something it relies on breaks.

A drill is a function in a module of `tools/drill/drills`, which registers it:

    @drill("PostgreSQL is restarted", needs=("nginx",))
    def postgres_restarted(scene: Scene) -> None:
        with scene.product() as (database, _, load):
            load.steady()
            with load.fault():
                database.stop()
                database.start()
            load.recover()

The load measures everything else: what was sent and answered, how long the service was down, and
whether every acknowledged write is in the database afterwards.
"""
