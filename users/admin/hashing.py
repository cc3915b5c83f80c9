"""Hashes passwords in a separate thread, so that the worker can go on answering requests."""

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
    """Django's default hasher; under gevent it runs in a thread, one password at a time.

    Hashing takes some tenths of a second of processor time, during which a worker would answer
    nobody. The thread does nothing else; in particular, it never touches the database.
    """

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        global _waiting  # noqa: PLW0603
        work = partial(super().encode, password, salt, iterations)
        if not monkey.is_module_patched("threading"):
            return work()
        if not connection.in_atomic_block:
            connection.close()  # give the connection back before waiting
        _waiting += 1
        try:
            return str(_thread().apply(work))
        finally:
            _waiting -= 1


def waiting() -> int:
    """How many passwords this process is hashing or has queued."""
    return _waiting


@cache
def _thread() -> ThreadPool:
    """The process's hashing thread, at low priority: on Linux, each thread has a nice value."""
    pool = ThreadPool(1)
    if sys.platform == "linux":
        native = monkey.get_original("threading", "get_native_id")
        pool.apply(lambda: os.setpriority(os.PRIO_PROCESS, native(), NICENESS))
    return pool
