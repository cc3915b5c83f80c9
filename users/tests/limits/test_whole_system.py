"""Sprays over many phones by four processes: what the alarm lets through, and what that opens."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection

from config.tests.product import running
from users.clients import Client
from users.errors import Refusal
from users.limits import alarm, policy
from users.login import confirm_code
from users.models import Counter
from users.tests.attackers import (
    Processes,
    ask,
    ipv4,
    newest_code,
    of_many_sites,
    of_one_site,
    once,
    report,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quietly", "clock")]
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def processes(monkeypatch):
    return Processes(monkeypatch)


def settings_of_alarm():
    return alarm.GUESSES._bounds()


class Spray:
    """One phone after another, from one network after another, request by request."""

    def __init__(self, guesses, processes, places):
        self.guesses, self.processes, self.places = guesses, processes, places
        self.phones = (f"+7926{n:07}" for n in itertools.count())

    def open(self):
        """A challenge for the next phone; None if none of three places gets a short code."""
        for address in itertools.islice(self.places, 3):
            self.processes.next()
            phone = next(self.phones)
            if (sent := ask(phone, address)) and sent.code_length == policy.SHORT:
                return phone, address, sent
        return None

    def guess(self, challenge, most=6):
        """Up to six guesses, three by each door; how many were compared."""
        phone, address, sent = challenge
        told = 0
        for ticket in ("", "", "", sent.ticket, sent.ticket, sent.ticket)[:most]:
            self.processes.next()
            told += self.guesses.try_one(phone, address, 4, ticket)
        return told

    def burst(self, most):
        """Guess `most` times, or until nothing is compared any more."""
        told = 0
        while told < most and (challenge := self.open()):
            got = self.guess(challenge, most - told)
            told += got
            if not got:
                break
        return told


def loud(spray, clock, hours):
    """All that is had at any time."""
    for _ in range(hours):
        spray.burst(10**6)
        clock.shift(HOUR)


def below(spray, clock, hours):
    """Below the hour's bound, by the lots that four processes may hold."""
    for _ in range(hours):
        spray.burst(settings_of_alarm()[0] * 9 // 10)
        clock.shift(HOUR)


def slow(spray, clock, hours):
    """A little below the week's bound, spread over it."""
    share = (settings_of_alarm()[1] - 20) // (7 * 24)
    for _ in range(hours):
        spray.burst(share)
        clock.shift(HOUR)


def around_the_hour(spray, clock, hours):
    """Half in the last second of an hour, half in the first of the next."""
    clock.shift(HOUR - timedelta(seconds=1))
    for _ in range(hours):
        spray.burst(settings_of_alarm()[0] - 5)
        clock.shift(timedelta(seconds=1))
        spray.burst(settings_of_alarm()[0] - 5)
        clock.shift(HOUR - timedelta(seconds=1))


def hoarding(spray, clock, hours):
    """Challenges opened while the codes are short, guessed at later."""
    for _ in range(hours):
        hoard = list(itertools.takewhile(bool, (spray.open() for _ in range(60))))
        clock.shift(4 * MINUTE)
        for challenge in hoard:
            spray.guess(challenge)
        clock.shift(HOUR - 4 * MINUTE)


def refunded(spray, clock, hours):
    """Own phones: two wrong guesses and a right login, between the guesses at others."""
    own = (f"+7936{n:07}" for n in itertools.count())
    for _ in range(hours):
        for _ in range(40):
            if challenge := spray.open():
                spray.guess(challenge, 3)
            log_in_with_slips(spray, next(own), next(spray.places))
        clock.shift(HOUR - 3 * MINUTE)
        late = [(next(own), address := next(spray.places)) for _ in range(10)]
        asked = [(phone, address, ask(phone, address)) for phone, address in late]
        for phone, address, sent in asked:
            slip(spray, phone, address, sent)
        clock.shift(3 * MINUTE)  # the login comes in the next hour
        for phone, address, sent in asked:
            finish(spray, phone, address, sent)
        spray.burst(10**6)


def slip(spray, phone, address, sent):
    for _ in range(2):
        spray.processes.next()
        with suppress(Refusal):
            confirm_code(phone, "0" * sent.code_length, Client.at(address), sent.ticket)


def finish(spray, phone, address, sent):
    spray.processes.next()
    with spray.guesses.told_the_truth(), suppress(Refusal):
        confirm_code(phone, newest_code(phone), Client.at(address), sent.ticket)


def log_in_with_slips(spray, phone, address):
    spray.processes.next()
    if sent := ask(phone, address):
        slip(spray, phone, address, sent)
        finish(spray, phone, address, sent)


def everywhere():
    """IPv4 addresses, many /48s and all networks of one by turns."""
    places = ipv4(60_000), of_many_sites(5000), of_one_site()
    return (next(place) for place in itertools.cycle(places))


@once
@pytest.mark.parametrize("strategy", [loud, below, slow, around_the_hour, hoarding, refunded])
def test_the_bounds_hold_whatever_the_strategy(
    strategy, guesses, processes, settings, clock, capsys
):
    """With a tenth of the usual bounds."""
    settings.GUESS_ALARM = (100, 500)
    strategy(Spray(guesses, processes, everywhere()), clock, HOURS[strategy])
    hourly, weekly = guesses.worst_clock_hour(), guesses.worst(WEEK - HOUR)
    report(capsys, f"{strategy.__name__}: {hourly} of 100 an hour, {weekly} of 500 a week")
    assert 0 < hourly <= 100
    assert 0 < weekly <= 500


HOURS = {loud: 9 * 24, below: 8, slow: 8 * 24, around_the_hour: 8, hoarding: 80, refunded: 6}


@once
def test_the_most_that_a_week_lets_through(guesses, processes, clock, capsys):
    """At the usual bounds, hour after hour just below them."""
    below(Spray(guesses, processes, everywhere()), clock, 6)
    report(
        capsys,
        f"the whole system, from everywhere: {guesses.told[4]} guesses at 4-digit codes in a week, "
        f"{guesses.worst_clock_hour()} in an hour; "
        f"{guesses.accounts:.2f} accounts expected",
    )
    assert 4900 <= guesses.told[4] <= 5000
    assert guesses.worst_clock_hour() <= 1000


@pytest.mark.skipif(connection.vendor == "sqlite", reason="real processes, on PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_four_real_processes_let_no_guess_too_many_through():
    """40 phones from as many networks at once; the bound is reached in the middle of it."""
    with running(WEB_CONCURRENCY="4", GUESS_ALARM="100/hour,500/week") as server:

        def spray(number):
            address, told = f"203.0.113.{number}", 0
            body = {"phone": f"+7916555{number:04}"}
            _, sent = server.call("POST", "/api/v1/auth/code/", body, address=address)
            wrong = f"{(int(sent['code']) + 1) % 10**4:04}"
            for ticket in ("", "", "", *[sent["ticket"]] * 3):
                attempt = {**body, "code": wrong, "ticket": ticket}
                _, answer = server.call("POST", "/api/v1/auth/token/", attempt, address=address)
                told += "attempts_left" in answer.get("meta", {})
            return told

        with ThreadPoolExecutor(40) as pool:
            told = sum(pool.map(spray, range(40)))
    assert 100 - 4 <= told <= 100
    assert Counter.objects.get(kind=alarm.GUESSES.kind).count == 100
