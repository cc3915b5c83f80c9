"""A steady mixed load for half an hour, and what the workers take meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil
from django.db import connection

from tools.bench import journey
from tools.bench.load import loading
from tools.bench.product import settings
from tools.bench.report import Figure
from tools.bench.worlds import World, here
from tools.server import Server, serving

LOOKING, LOOK_EVERY = 8, 40  # clients, ms between their profiles
REFRESHING, REFRESH_EVERY = 4, 100
NEWCOMERS = 24  # whole journeys, one after the other
GROWTH, FILES = 5.0, 10  # MB and open files that a worker may have gained since it was warm


@dataclass(frozen=True)
class Size:
    """How long all lasts, and from one sample to the next (s)."""

    seconds: int
    sample: int
    inviters: int


FULL = Size(1_800, 20, 1_000)
QUICK = Size(24, 6, 100)
Sample = dict[str, Any]


def measure(url: str, size: Size) -> tuple[list[Figure], list[Sample]]:
    """The figures, and all samples."""
    world = World(here, size.inviters, size.inviters)
    with serving(quiet=True, **settings(url)) as ours:
        samples = list(_samples(ours, world, size))
    return judge(samples), samples


def _samples(ours: Server, world: World, size: Size) -> Iterator[Sample]:
    journeys = journey.Newcomers(world)
    for number in range(size.seconds // size.sample):
        sample = _load(ours, world, journeys, size.sample)
        yield {"at": (number + 1) * size.sample, **sample, **_taken(ours)}


def _load(ours: Server, world: World, newcomers: journey.Newcomers, seconds: int) -> Sample:
    """All three kinds at once; what came of each."""
    refreshes = world.refreshes(REFRESHING * seconds * 1000 // REFRESH_EVERY)
    with ExitStack() as stack, ThreadPoolExecutor(3) as pool:
        running = {
            "profiles": stack.enter_context(
                loading(ours.port, world.profiles(), LOOKING, seconds, pause=LOOK_EVERY)
            ),
            "refreshes": stack.enter_context(
                loading(ours.port, refreshes, REFRESHING, seconds, pause=REFRESH_EVERY)
            ),
            "journeys": stack.enter_context(newcomers.begin(ours, NEWCOMERS, seconds)),
        }
        said = dict(zip(running, pool.map(lambda one: one.said(), running.values()), strict=True))
    return {kind: _of(result) for kind, (result, _) in said.items()}


def _of(result: dict[str, Any]) -> dict[str, float]:
    done = result.get("answered", result.get("finished", 0))
    p50, p99 = result["whole"] if "whole" in result else (result["p50"], result["p99"])
    errors = result["wrong"] + result["failed"] + result["refused"]
    return {"rate": done / result["seconds"], "p50": p50, "p99": p99, "errors": errors}


def _taken(ours: Server) -> dict[str, Any]:
    """What each worker has now, without load, and PostgreSQL for them together."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        (connections,) = cursor.fetchone()
    workers = [psutil.Process(pid) for pid in sorted(ours.workers)]
    return {
        "pids": [worker.pid for worker in workers],
        "memory": ours.memory(),
        "files": [worker.num_fds() for worker in workers],
        "connections": connections,
    }


def judge(samples: list[Sample]) -> list[Figure]:
    """What may be claimed: the end compared with the time when all was warm, and the errors."""
    part = max(1, len(samples) // 5)
    warm, end = samples[part : 2 * part], samples[-part:]
    errors = sum(one[kind]["errors"] for one in samples for kind in KINDS)
    minutes = samples[-1]["at"] / 60
    return [
        Figure(f"errors in {minutes:g} minutes", errors, "", 0, "less"),
        Figure("workers replaced", len({tuple(one["pids"]) for one in samples}) - 1, "", 0, "less"),
        Figure("growth of a warm worker", _gain("memory", warm, end), "MB", GROWTH, "less"),
        Figure("open files gained by a warm worker", _gain("files", warm, end), "", FILES, "less"),
        Figure("most connections to PostgreSQL", max(one["connections"] for one in samples), ""),
        *(
            Figure(
                f"{kind} per second",
                median(one[kind]["rate"] for one in samples),
                "/s",
                details="p99 {:,.0f} ms, at the end {:,.0f} ms".format(
                    *(median(one[kind]["p99"] for one in them) for them in (samples, end))
                ),
            )
            for kind in KINDS
        ),
    ]


KINDS = ("profiles", "refreshes", "journeys")


def _gain(what: str, warm: list[Sample], end: list[Sample]) -> float:
    """How much more the worker that has gained most has at the end."""
    medians = [
        [median(values) for values in zip(*(one[what] for one in part), strict=True)]
        for part in (warm, end)
    ]
    return float(max(after - before for before, after in zip(*medians, strict=True)))
