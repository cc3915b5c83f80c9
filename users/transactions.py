"""Transactions that are repeated when the database aborts them through no fault of the caller."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")
REFUSED = ("40P01", "40001", "0A000")
"""PostgreSQL's deadlock, serialization failure and changed schema: the same again will do."""


def atomic_repeated(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a transaction, and once more if the database aborts the first one.

    Side effects other than statements must therefore wait for the commit.
    """
    atomic = transaction.atomic(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return atomic(*args, **kwargs)
        except DatabaseError as error:
            again = getattr(error.__cause__, "pgcode", None) in REFUSED
            if not again or connection.in_atomic_block:
                raise
        return atomic(*args, **kwargs)

    return run
