"""Django's backend with a strict pool, which finds dead connections without a round trip."""

from select import POLLIN
from typing import Any

from dj_db_conn_pool.backends.postgresql import base
from gevent.monkey import get_original
from sqlalchemy.exc import TimeoutError as PoolTimeout

# gevent's replacement takes a turn of the event loop even when there is nothing to wait for.
_poll = get_original("select", "poll")


class Dialect(base.DatabaseWrapper.SQLAlchemyDialect):  # type: ignore[misc]
    """How the pool checks a connection."""

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Whether the connection is alive, by one system call instead of a round trip.

        An idle connection has nothing to read until the server says goodbye or closes it. After
        one dead connection the pool replaces all older ones.
        """
        if dbapi_connection.closed:
            return False
        watch = _poll()
        watch.register(dbapi_connection.fileno(), POLLIN)
        return not watch.poll(0)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """A request's connection, taken from the pool."""

    SQLAlchemyDialect = Dialect

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection from the pool. Raises `OperationalError` if none becomes free in time."""
        try:
            return super().get_new_connection(conn_params)
        except PoolTimeout as error:
            raise self.Database.OperationalError(str(error)) from None
