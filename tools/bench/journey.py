"""The whole journey of new people: ask for a code, enter it, look at the profile, activate."""

import itertools
from contextlib import AbstractContextManager
from typing import Any

from tools.bench import people
from tools.bench.load import Running, WrongAnswersError, wrk
from tools.bench.processors import spent
from tools.bench.worlds import World
from tools.server import Server

STEPS = ("code", "login", "profile", "activation")
NOBODY = 100_000_000  # people from this number on have never been here


class Newcomers:
    """New users; each activates the code of an existing user."""

    def __init__(self, world: World) -> None:
        self._hosts = itertools.cycle(world.hosts)
        self._numbers = itertools.count(NOBODY)

    def begin(self, ours: Server, clients: int, seconds: int) -> AbstractContextManager[Running]:
        """Journeys in the background, each beginning where another has finished."""
        plan = [
            (people.phone(n), people.address(n), people.code(next(self._hosts)))
            for n in itertools.islice(self._numbers, clients * (seconds + 3))
        ]
        return wrk("journey.lua", ours.port, plan, clients, seconds)


def measure(ours: Server, world: World, seconds: int, clients: int) -> dict[str, Any]:
    """So many people at a time.

    Times are p50 and p99 in ms, and µs of processor time for one journey. Raises
    `WrongAnswersError`.
    """
    before, began = people.activations(), spent(ours.process.pid)
    with Newcomers(world).begin(ours, clients, seconds) as load:
        result, sample = load.said()
    cost, activated = spent(ours.process.pid) - began, people.activations() - before
    if result["wrong"] or result["failed"] or not result["finished"]:
        raise WrongAnswersError(f"{result}: {sample}")
    if activated < result["finished"]:
        raise WrongAnswersError(f"{result['finished']} journeys, {activated} activations")
    return {
        "clients": clients,
        "rate": result["finished"] / result["seconds"],
        "refused": result["refused"],
        "whole": result["whole"],
        "steps": dict(zip(STEPS, result["steps"], strict=True)),
        "server": cost.server * 1e6 / result["finished"],
        "database": cost.database * 1e6 / result["finished"],
    }
