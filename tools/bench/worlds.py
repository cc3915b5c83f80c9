"""Databases full of made-up people, who are measured on one server or several."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.bench import people, traffic
from tools.bench.load import Call
from tools.bench.product import prepare_database

INVITEES = 50  # of each inviter
Do = Callable[..., Any]


class World:
    """Inviters, their invitees, and newcomers, of whom each is asked for only once.

    `do` calls one of the functions of `people` or `traffic` on the world's database.
    """

    def __init__(self, do: Do, inviters: int, newcomers: int) -> None:
        self.do, self.inviters = do, range(1, inviters + 1)
        invited = inviters * (1 + INVITEES)
        self._guests = itertools.count(invited + 1)
        self.last = {n: inviters + n * INVITEES for n in self.inviters}
        do(people.make, 1, invited + newcomers)
        do(people.invite_all, inviters, INVITEES)
        do(people.tidy)
        self.hosts = self.new(inviters)  # whose lists of invitees grow
        self._profiles = self.do(traffic.profiles, self.log_in(self.inviters), self.last)

    def new(self, count: int) -> list[int]:
        """So many people nobody has used."""
        return list(itertools.islice(self._guests, count))

    def log_in(self, numbers: Sequence[int]) -> dict[int, str]:
        """A session for each of these people; their access tokens."""
        tokens: dict[int, str] = self.do(people.log_in, numbers)
        return tokens

    def profiles(self, count: int = 0) -> Sequence[Call]:
        """Inviters look at their profiles, again and again."""
        calls: Sequence[Call] = self._profiles
        return calls

    def logins(self, count: int) -> Sequence[Call]:
        """People known before log in."""
        calls: Sequence[Call] = self.do(traffic.logins, self.new(count))
        return calls

    def activations(self, count: int) -> Sequence[Call]:
        """Newcomers activate codes of others."""
        tokens = self.log_in(self.new(count))
        calls: Sequence[Call] = self.do(traffic.activations, tokens, self.hosts)
        return calls

    def refreshes(self, count: int) -> Sequence[Call]:
        """Each of so many sessions is refreshed once."""
        owners = list(itertools.islice(itertools.cycle(self.inviters), count))
        calls: Sequence[Call] = self.do(traffic.refreshes, owners)
        return calls


def here(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function on this process' own database."""
    return function(*arguments)


@contextmanager
def elsewhere(url: str) -> Iterator[Do]:
    """How to call functions on another database, by a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn"), prepare_database, (url,)) as process:
        yield lambda function, *arguments: process.submit(function, *arguments).result()


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The address of a new SQLite database, removed again."""
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
