"""Transactions that a database may refuse for no fault of the caller's."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
T = TypeVar("T")
REFUSED = ("40P01", "40001")
"""PostgreSQL's deadlock and serialization failure: the same again will do."""


def atomic_repeated(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a transaction, and once more if the database breaks a deadlock with it."""
    atomic = transaction.atomic(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return atomic(*args, **kwargs)
        except OperationalError as error:
            again = getattr(error.__cause__, "pgcode", None) in REFUSED
            if not again or connection.in_atomic_block:
                raise
        return atomic(*args, **kwargs)

    return run
