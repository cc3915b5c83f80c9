"""Gauges that can't be counted as events: each worker samples them regularly.

Sampling when Prometheus asks would not do: the request reaches only one worker, and must not wait
for a silent database.
"""

import threading
import time
from collections.abc import Callable

from django.db import Error, connection
from prometheus_client import Gauge

from config.metrics.registry import NAMESPACE, REGISTRY
from config.postgresql import usage
from users.limits import alarm
from users.login import gateways

EVERY_SECOND, EVERY_QUARTER = 1.0, 15.0  # s


def _gauge(name: str, text: str, mode: str = "livesum") -> Gauge:
    return Gauge(name, text, namespace=NAMESPACE, registry=REGISTRY, multiprocess_mode=mode)  # type: ignore[arg-type]


POOL_SIZE = _gauge("pool_size", "Database connections that all workers may open.")
POOL_IN_USE = _gauge("pool_in_use", "Database connections in use.")
POOL_WAITING = _gauge("pool_waiting", "Requests that wait for a database connection.")
ABANDONED = _gauge("abandoned_deliveries", "Deliveries that were given up and are still at work.")
ALARM = _gauge("guess_alarm", "Whether the guess alarm is on: 1 or 0.", "livemostrecent")


def look_at_process() -> None:
    """Sample this process's pool and abandoned deliveries."""
    now = usage.of_pool()
    POOL_SIZE.set(now.size)
    POOL_IN_USE.set(now.in_use)
    POOL_WAITING.set(now.waiting)
    ABANDONED.set(gateways.abandoned())


def look_at_alarm() -> None:
    """Sample the guess alarm; the gauge stays as it is while the database is unavailable."""
    try:
        ALARM.set(alarm.is_on(alarm.ends_at()))
    except Error:
        pass
    finally:
        connection.close()


def begin() -> None:
    """Start sampling; under gevent each sampler is a greenlet, not a thread."""
    for look, pause in ((look_at_alarm, EVERY_QUARTER), (look_at_process, EVERY_SECOND)):
        threading.Thread(target=_again_and_again, args=(look, pause), daemon=True).start()


def _again_and_again(look: Callable[[], None], pause: float) -> None:
    while True:
        look()
        time.sleep(pause)
