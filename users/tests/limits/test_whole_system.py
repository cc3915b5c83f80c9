"""Sprays over many phones by four processes: what the alarm lets through, and what that opens."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from config.tests.load import beside_no_servers
from config.tests.product import running
from users.limits import alarm
from users.models import Counter
from users.tests.attackers import Processes, ipv4, of_many_sites, of_one_site, once, report
from users.tests.limits.sprays import HOURS, Spray, below

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quietly", "clock")]
WEEK = timedelta(days=7)


@pytest.fixture
def processes(monkeypatch):
    return Processes(monkeypatch)


def everywhere():
    """IPv4 addresses, many /48s and all networks of one by turns."""
    places = ipv4(60_000), of_many_sites(5000), of_one_site()
    return (next(place) for place in itertools.cycle(places))


@once
@pytest.mark.parametrize("strategy", HOURS)
def test_the_bounds_hold_whatever_the_strategy(
    strategy, guesses, processes, settings, clock, capsys
):
    """With a tenth of the usual bounds."""
    settings.GUESS_ALARM = (100, 500)
    strategy(Spray(guesses, processes, everywhere()), clock, HOURS[strategy])
    hourly, weekly = guesses.worst_clock_hour(), guesses.worst(WEEK)
    report(capsys, f"{strategy.__name__}: {hourly} of 100 an hour, {weekly} of 500 a week")
    assert 0 < hourly <= 100
    assert 0 < weekly <= 500


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


@beside_no_servers
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
