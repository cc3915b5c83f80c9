"""How much of this process's pool is in use."""

from typing import NamedTuple

from dj_db_conn_pool.core import pool_container


class Usage(NamedTuple):
    """The pool's size, connections in use, and requests waiting for one."""

    size: int
    in_use: int
    waiting: int


class Queue:
    """Counts those inside its block, which is entered before requesting a connection."""

    length = 0

    def __enter__(self) -> None:
        self.length += 1

    def __exit__(self, *error: object) -> None:
        self.length -= 1


queue = Queue()


def of_pool() -> Usage:
    """The usage of the default database's pool; zeros for SQLite, which has none."""
    if not pool_container.has("default"):  # no pool before the first connection, either
        return Usage(0, 0, queue.length)
    pool = pool_container.get("default")
    return Usage(pool.size(), pool.checkedout(), queue.length)
