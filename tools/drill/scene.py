"""A drill's environment: its database, servers, gateway and load."""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from tools.drill.gateway import Gateway, Inbox
from tools.drill.load import Load
from tools.drill.measures import Row
from tools.drill.people import World
from tools.drill.registry import Drill
from tools.postgres import Postgres, own_postgres
from tools.server import ROOT, Server, manage, serving

SETTINGS = {"WEB_CONCURRENCY": "2", "DB_POOL_SIZE": "10"}


class Database(Protocol):
    """A database that can also be queried directly."""

    url: str

    def ask(self, statement: str, *params: Any) -> Sequence[tuple[Any, ...]]:
        """The rows."""


class Sqlite:
    """A file."""

    def __init__(self, path: Path) -> None:
        self.path, self.url = path, f"sqlite:///{path}"

    def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """The rows."""
        with closing(sqlite3.connect(self.path, timeout=20)) as link:
            return link.execute(statement, params).fetchall()


class Scene:
    """One drill's; `row` is its result once the load is over.

    `notes` are what else it found, `problems` what of that must not be, and `late` what took too
    long.
    """

    def __init__(self, drill: Drill, folder: Path, inbox: Inbox, gateway: Gateway) -> None:
        self.drill, self.folder, self.inbox, self.gateway = drill, folder, inbox, gateway
        self.quick = False
        self.row: Row | None = None
        self.notes: list[str] = []
        self.problems: list[str] = []
        self.late: list[str] = []

    @contextmanager
    def postgres(self) -> Iterator[Postgres]:
        """A PostgreSQL of its own, with tables."""
        with own_postgres() as database:
            migrate(database)
            yield database

    def sqlite(self, folder: Path | None = None) -> Sqlite:
        """A file of its own, with tables."""
        database = Sqlite((folder or self.folder) / "db.sqlite3")
        migrate(database)
        return database

    @contextmanager
    def server(self, url: str, *, root: str = str(ROOT), **settings: str) -> Iterator[Server]:
        """The product on the database at `url`; its messages go to the drill's gateway."""
        usual = SETTINGS | {"DATABASE_URL": url, "SMS_URL": self.gateway.url} | settings
        with serving("", quiet=False, ready="/readyz", root=root, **usual) as server:
            yield server

    @contextmanager
    def load(
        self, servers: Sequence[Server], database: Database, ports: Sequence[int] = ()
    ) -> Iterator[Load]:
        """People on the servers, or on `ports` in front of them; measured when the block ends."""
        own = [server.port for server in servers]
        load = Load(World(ports or own, self.inbox), own, quick=self.quick)
        load.start()
        try:
            yield load
        finally:
            load.stop()
        self.row = load.row(self.drill, database.ask)

    @contextmanager
    def product(self) -> Iterator[tuple[Postgres, Server, Load]]:
        """One server on a PostgreSQL of its own, and people on it."""
        with (
            self.postgres() as database,
            self.server(database.url) as server,
            self.load([server], database) as load,
        ):
            yield database, server, load


def migrate(database: Database) -> None:
    """Make the tables."""
    manage("migrate", "--verbosity", "0", DATABASE_URL=database.url)


def hold(drill: Drill, *, quick: bool) -> Row:
    """Run a drill here and now. Raises `ImpossibleError`, and whatever it fails with."""
    inbox = Inbox()
    with tempfile.TemporaryDirectory(prefix="drill-", dir="/tmp") as folder, Gateway(inbox) as sms:
        scene = Scene(drill, Path(folder), inbox, sms)
        scene.quick = quick
        drill.run(scene)
    if scene.row is None:
        raise AssertionError(f"{drill.name} had no load")
    scene.row.notes = " ".join(scene.notes)
    scene.row.judge(drill, scene.problems, scene.late, timed=not quick)
    return scene.row
