"""Django's backend on a strict pool that notices dead connections without asking the server."""

from select import POLLIN
from typing import Any

from dj_db_conn_pool.backends.postgresql import base
from gevent.monkey import get_original
from sqlalchemy.exc import TimeoutError as PoolTimeout

# The one gevent puts in its place takes a turn of the event loop, even when it need not wait.
_poll = get_original("select", "poll")


class Dialect(base.DatabaseWrapper.SQLAlchemyDialect):  # type: ignore[misc]
    """How the pool treats a connection."""

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Whether the connection lives, in one system call instead of a round trip.

        A server that ends says farewell or at least closes the socket, and nothing else is sent
        to an idle connection. After one dead connection the pool replaces all older ones.
        """
        if dbapi_connection.closed:
            return False
        watch = _poll()
        watch.register(dbapi_connection.fileno(), POLLIN)
        return not watch.poll(0)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """One request's connection."""

    SQLAlchemyDialect = Dialect

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection of the pool. Raises `OperationalError` when none comes free in time."""
        try:
            return super().get_new_connection(conn_params)
        except PoolTimeout as error:
            raise self.Database.OperationalError(str(error)) from None
