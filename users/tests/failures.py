"""Makes failed attempts."""

from users.limits.buckets import FailureLimit


def fail(limit: FailureLimit, count: int, *who: object) -> None:
    for _ in range(count):
        limit.take(*who)
