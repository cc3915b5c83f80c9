"""Django's backend with a strict pool that discards broken connections."""

import weakref
from contextlib import suppress
from functools import cached_property
from select import POLLIN
from typing import Any

from dj_db_conn_pool.backends.postgresql import base
from dj_db_conn_pool.core import pool_container
from dj_db_conn_pool.core.mixins import DatabasePoolWrapperMixin
from dj_db_conn_pool.core.mixins.creation import DatabaseCreationMixin
from django.conf import settings
from django.db.utils import DatabaseErrorWrapper
from gevent import monkey
from psycopg2 import OperationalError, errors, extensions
from sqlalchemy.exc import TimeoutError as PoolTimeout

from config.postgresql import waiting
from config.postgresql.hosts import Hosts
from config.postgresql.prepared import Cursor, Link
from config.postgresql.usage import queue
from config.postgresql.waiting import wait
from users.waiting import deadline

# gevent's version runs the event loop once even if there is nothing to wait for.
_poll = monkey.get_original("select", "poll")
_hosts = Hosts()
_PARTS = ("client", "creation", "features", "introspection", "ops", "validation")

if monkey.is_module_patched("socket"):
    extensions.set_wait_callback(wait)


class Dialect(base.DatabaseWrapper.SQLAlchemyDialect):  # type: ignore[misc]
    """How the pool checks a connection."""

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Whether the connection is alive, by one system call instead of a round trip.

        An idle connection has nothing to read until the server closes it. After one dead connection
        the pool replaces all older ones.
        """
        if dbapi_connection.closed:
            return False
        watch = _poll()
        watch.register(dbapi_connection.fileno(), POLLIN)
        return not watch.poll(0)


class Errors(DatabaseErrorWrapper):
    """Django's errors; a server that became read-only counts as unreachable."""

    wrapper: Any

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if isinstance(exc_value, errors.ReadOnlySqlTransaction):
            self.wrapper.useless = True
            exc_value = OperationalError(*exc_value.args)
            exc_type = OperationalError
        super().__exit__(exc_type, exc_value, traceback)


class Creation(DatabaseCreationMixin, base.DatabaseWrapper.creation_class):  # type: ignore[misc]
    """Closes the pool before a test's database is removed."""


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """A request's connection, taken from the pool."""

    SQLAlchemyDialect = Dialect
    creation_class = Creation
    useless = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let its parts refer to it weakly: it is freed at once, not by the garbage collector.

        Skips the pool's own `__init__`, which makes a class like `Creation` for every request.
        """
        super(DatabasePoolWrapperMixin, self).__init__(*args, **kwargs)
        for part in _PARTS:
            getattr(self, part).connection = weakref.proxy(self)

    @cached_property
    def wrap_database_errors(self) -> Errors:
        return Errors(weakref.proxy(self))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Take a connection from the pool. Raises `OperationalError` if none is free in time."""
        if not deadline.left():
            raise OperationalError("the request has waited too long already")
        try:
            with queue:
                return super().get_new_connection(conn_params)
        except PoolTimeout as error:
            raise OperationalError(str(error)) from None

    def _get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection for the pool."""
        if settings.DB_PREPARE:
            conn_params = {**conn_params, "connection_factory": Link, "cursor_factory": Cursor}
        link = _hosts.connect(conn_params, super()._get_new_connection)
        link.autocommit = True  # as Django expects
        with link.cursor() as cursor:
            # Every rule relies on it, whatever the server's default. psycopg2's own way costs each
            # transaction a round trip, and holds until the first one.
            cursor.execute("SET default_transaction_isolation = 'read committed'")
            if monkey.is_module_patched("socket"):  # management commands may take longer
                # A transaction that the network cut off ends, and with it its locks, after twice
                # the time in which we have given it up.
                limit = f"{2 * waiting.ANSWERING:g}s"
                cursor.execute("SET idle_in_transaction_session_timeout = %s", (limit,))
            # A statement that nobody waits for any more ends, and holds no locks and no process.
            with suppress(errors.InvalidParameterValue):
                cursor.execute("SET client_connection_check_interval = '5s'")
        return link

    def _close(self) -> None:
        """Give the connection back; a broken one is replaced, with all that are as old."""
        link = self.connection and self.connection.dbapi_connection
        if self.useless or (link and link.closed):
            self.useless = False
            # SQLAlchemy's engine would do this, but this pool has none.
            pool_container.get(self.alias)._invalidate(self.connection)  # noqa: SLF001
        super()._close()
