"""Attackers' actions, counting those that succeed; against a frozen clock."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from users.clients import Client
from users.errors import InvalidCode, Refusal
from users.limits import alarm, policy
from users.limits.quotas import Quota
from users.login import confirm_code, gateways, send_code
from users.login.challenges import Living
from users.login.steps import Login, Sent
from users.models import User
from users.sessions.lifecycle import open_session

START = "2026-11-20T12:00:00Z"
HOME, PHONE = "198.51.100.7", "+79161234567"
once = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a long simulation, on one database; SQLite is quicker"
)


class Guesses:
    """Counts guesses that were answered “wrong”, by code length; none is ever right.

    `compared` are those that were compared with the code, which a refusal does not reveal.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told, self.compared = Counter(), Counter()
        self.times: list[datetime] = []
        self._real, self._patch = Living.matches, monkeypatch
        guesses = self

        def never(challenge: Living, code: str) -> bool:
            guesses.compared[challenge.digits] += 1
            return False

        self._never = never
        monkeypatch.setattr(Living, "matches", never)

    def answer(self, phone: str, address: str, digits: int, ticket: str = "") -> bool:
        """Make a guess; whether it was answered “wrong”."""
        try:
            confirm_code(phone, "0" * digits, Client.at(address), ticket)
        except InvalidCode as refusal:
            return "attempts_left" in refusal.meta
        except Refusal:
            return False
        raise AssertionError("a guess was right")

    def try_one(self, phone: str, address: str, digits: int, ticket: str = "") -> bool:
        """Make a guess and count it."""
        before = self.compared[digits]
        if not self.answer(phone, address, digits, ticket):
            return False
        assert self.compared[digits] == before + 1
        self.told[digits] += 1
        if digits == policy.SHORT:
            self.times.append(timezone.now())
        return True

    def empty(self, phone: str, address: str, sent: Sent, *elsewhere: str) -> int:
        """Guess through both doors until they are used up; `elsewhere` is for the ticket's."""
        digits, ticket = sent.code_length, sent.ticket or ""
        places = itertools.cycle(elsewhere or [address])
        done = 0
        while self.try_one(phone, address, digits):
            done += 1
        while ticket and self.try_one(phone, next(places), digits, ticket):
            done += 1
        return done

    @contextmanager
    def told_the_truth(self) -> Iterator[None]:
        """The code, for people who have the message."""
        self._patch.setattr(Living, "matches", self._real)
        yield
        self._patch.setattr(Living, "matches", self._never)

    def worst(self, window: timedelta) -> int:
        """The most guesses at 4-digit codes within any period of this length."""
        most = first = 0
        for last, time in enumerate(self.times):
            while self.times[first] <= time - window:
                first += 1
            most = max(most, last - first + 1)
        return most

    def worst_clock_hour(self) -> int:
        """The most guesses at 4-digit codes in one clock hour."""
        hours = Counter(time.replace(minute=0, second=0, microsecond=0) for time in self.times)
        return max(hours.values(), default=0)

    @property
    def accounts(self) -> float:
        """The expected number of accounts that these guesses open."""
        return self.told[4] / 1e4 + self.told[8] / 1e8


class Processes:
    """Several processes that take turns, each with its own leases."""

    QUOTAS = ((alarm, "GUESSES"), (policy, "BUDGET"), (policy, "STRANGERS_BUDGET"))

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int = 4) -> None:
        self._patch = monkeypatch
        self._turns = itertools.cycle([self._process() for _ in range(count)])

    def _process(self) -> list[Quota]:
        usual = [getattr(module, name) for module, name in self.QUOTAS]
        return [type(one)(one.kind, one._bounds, one.title) for one in usual]

    def next(self) -> None:
        """Send the next request to another process."""
        for (module, name), quota in zip(self.QUOTAS, next(self._turns), strict=True):
            self._patch.setattr(module, name, quota)


def ask(phone: str, address: str, ticket: str = "") -> Sent | None:
    """Request a code; None if refused."""
    try:
        return send_code(phone, Client.at(address), ticket)
    except Refusal:
        return None


def newest_code(phone: str) -> str:
    """The code in the newest message to a phone."""
    return next(m.text for m in reversed(gateways.outbox) if m.phone == phone).rpartition("#")[2]


def log_in(phone: str, address: str, *, by_ticket: bool = False) -> Login:
    """Log in with one message, as the phone's holder. Raises `Refusal`."""
    sent = send_code(phone, Client.at(address))
    ticket = sent.ticket or "" if by_ticket else ""
    return confirm_code(phone, newest_code(phone), Client.at(address), ticket)


def someone_known(phone: str, address: str, traveller: object) -> User:
    """A user who logged in at `address` two days ago."""
    user = User.objects.create_user(phone)
    traveller.shift(timedelta(days=-2))
    open_session(user, Client.at(address))
    traveller.shift(timedelta(days=2))
    return user


def ipv4(count: int) -> Iterator[str]:
    """IPv4 addresses, each a network of its own, repeating."""
    return itertools.cycle(f"10.{n // 250}.{n % 250}.1" for n in range(count))


def of_one_site() -> Iterator[str]:
    """An address in each of the 65,536 networks of an IPv6 /48."""
    return (f"2001:db8:1:{n:x}::1" for n in itertools.cycle(range(1 << 16)))


def of_many_sites(count: int) -> Iterator[str]:
    """Addresses in many IPv6 /48s in turn."""
    return (f"2001:db8:{n % count:x}:{n // count % 65536:x}::1" for n in itertools.count())


def own_phones() -> Iterator[str]:
    """Phones of the attackers' own, each used once."""
    return (f"+7926{n:07}" for n in itertools.count())


def report(capsys: pytest.CaptureFixture[str], *lines: str) -> None:
    """Print figures for docs/security.md."""
    with capsys.disabled():
        print("", *lines, sep="\n  ")
