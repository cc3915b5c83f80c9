"""The time a request may spend waiting in total; outside of requests there is no limit.

Everything that waits asks how much is left, so that several time limits never add up.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUEST = 28.0  # seconds; waiting for the pool may begin just before its end and take 10 more
_end: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def of_request() -> Iterator[None]:
    """Limit the total waiting time in the block."""
    token = _end.set(time.monotonic() + REQUEST)
    try:
        yield
    finally:
        _end.reset(token)


def left(most: float = math.inf) -> float:
    """The seconds left to wait, at most `most`; 0 when time is up."""
    return max(0.0, min(most, _end.get() - time.monotonic()))
