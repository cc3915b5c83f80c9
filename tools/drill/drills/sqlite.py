"""SQLite: a killed server, a full or read-only disk, a lock held by another program."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tools.drill.disks import filled, small_disk
from tools.drill.registry import drill
from tools.drill.scene import Scene, Sqlite


@drill("the server on SQLite is killed in the middle of the load (SIGKILL)", quick=True)
def sqlite_killed(scene: Scene) -> None:
    database = scene.sqlite()
    with scene.server(database.url) as first, scene.load([first], database) as load:
        load.steady()
        with load.fault():
            first.kill()
        with scene.server(database.url, PORT=str(first.port)):
            load.recover()
            load.stop()


@drill("the disk of SQLite is full for 8 s")
def sqlite_full(scene: Scene) -> None:
    with small_disk(scene.folder, megabytes=16) as disk:
        database = scene.sqlite(disk.path)
        with scene.server(database.url) as server, scene.load([server], database) as load:
            load.steady()
            with load.fault(), filled(disk):
                load.steady(8)
            load.recover()


@drill("the disk of SQLite is read-only for 8 s")
def sqlite_read_only(scene: Scene) -> None:
    with small_disk(scene.folder, megabytes=16) as disk:
        database = scene.sqlite(disk.path)
        with scene.server(database.url) as server, scene.load([server], database) as load:
            load.steady()
            with load.fault(), disk.read_only():
                load.steady(8)
            load.recover()


@drill("another program keeps SQLite's lock for 25 s")
def sqlite_locked(scene: Scene) -> None:
    database = scene.sqlite()
    with scene.server(database.url) as server, scene.load([server], database) as load:
        load.steady()
        with load.fault(), locked(database):
            load.steady(25)
        load.recover()


@contextmanager
def locked(database: Sqlite) -> Iterator[None]:
    """Hold the write lock until the block ends."""
    with closing(sqlite3.connect(database.path, timeout=20, isolation_level=None)) as link:
        link.execute("BEGIN IMMEDIATE")
        yield
        link.execute("ROLLBACK")
