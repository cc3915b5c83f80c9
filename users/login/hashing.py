"""How passwords are hashed: away from the thread that answers everybody."""

import os
import sys
from functools import cache, partial

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from gevent import monkey
from gevent.threadpool import ThreadPool

NICENESS = 5
_waiting = 0


class Hasher(PBKDF2PasswordHasher):
    """Django's default. Under gevent it works in a thread of its own, one at a time per process.

    A password takes some tenths of a second of computing, during which a worker would answer
    nobody. The thread does nothing else; in particular it never touches the database.
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        global _waiting  # noqa: PLW0603
        work = partial(super().encode, password, salt, iterations)
        if not monkey.is_module_patched("threading"):
            return work()
        if not connection.in_atomic_block:
            connection.close()  # nobody waits here with a connection that others need
        _waiting += 1
        try:
            return str(_thread().apply(work))
        finally:
            _waiting -= 1


def waiting() -> int:
    """How many passwords are being hashed in this process or wait for it."""
    return _waiting


@cache
def _thread() -> ThreadPool:
    """The process's thread, which leaves the processor to others: on Linux, threads have ranks."""
    pool = ThreadPool(1)
    if sys.platform == "linux":
        native = monkey.get_original("threading", "get_native_id")
        pool.apply(lambda: os.setpriority(os.PRIO_PROCESS, native(), NICENESS))
    return pool
