"""The workers' metric files, managed by gunicorn's hooks: a directory per start, a slot per worker.

A replaced worker's slot goes to its successor, which goes on counting in the same files. So
counters never decrease, and files don't pile up however many workers come and go.
"""

import itertools
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import values
from prometheus_client.multiprocess import mark_process_dead

from config.metrics.registry import DIRECTORY

PREFIX = "referral-metrics-"
_place = 0  # this process's slot; 0 is the master's, which counts nothing


@cache  # not again on a reload
def open_directory() -> None:
    """Make the directory, remove those that killed servers left, and count there from now on."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not _is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    os.environ[DIRECTORY] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    values.ValueClass = values.MultiProcessValue(lambda: _place)  # type: ignore[no-untyped-call]


def pre_fork(server: Any, worker: Any) -> None:
    """Assign the worker the first free slot."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = next(place for place in itertools.count(1) if place not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """Count in the slot's files."""
    global _place  # noqa: PLW0603  # each process has its own
    _place = worker.place


def post_worker_init(worker: Any) -> None:
    """Start sampling the gauges."""
    from config.metrics import samples  # noqa: PLC0415  # needs the application

    samples.begin()


def child_exit(server: Any, worker: Any) -> None:
    """Drop a dead worker's gauges; its counts stay."""
    mark_process_dead(worker.place)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Remove the directory."""
    shutil.rmtree(os.environ[DIRECTORY], ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():  # in a container every start has the same pid
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
