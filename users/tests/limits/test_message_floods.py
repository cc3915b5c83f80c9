"""Strangers who ask for messages: what they can spend, and of whose."""

import itertools
from collections import Counter
from datetime import timedelta

import pytest

from users.clients import Client
from users.errors import TooManyCodes
from users.limits import policy
from users.login import confirm_code, gateways, send_code
from users.models import Challenge, Limit, User
from users.sessions.lifecycle import open_session
from users.tests.attackers import (
    HOME,
    PHONE,
    Processes,
    ask,
    ipv4,
    log_in,
    of_many_sites,
    of_one_site,
    once,
    report,
    someone_known,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quietly", "clock")]
HOUR = timedelta(hours=1)


def phones(prefix):
    return (f"{prefix}{n:07}" for n in itertools.count())


@once
def test_ten_times_the_budget_asked_for_leaves_the_known_share(
    settings, clock, monkeypatch, capsys
):
    """By 502 networks of a /48, by many /48s and by IPv4, through four processes."""
    settings.SMS_HOURLY_BUDGET = 1000
    people = [User(phone=phone) for phone in itertools.islice(phones("+7916"), 300)]
    clock.shift(timedelta(days=-2))
    for person in User.objects.bulk_create(people):
        open_session(person, Client.at(HOME[:-1] + str(int(person.phone[-3:]) % 250)))
    clock.shift(timedelta(days=2))
    processes, theirs = Processes(monkeypatch), phones("+7926")
    places = itertools.chain(
        itertools.islice(of_one_site(), 502),
        itertools.islice(of_many_sites(5000), 4000),
        itertools.islice(ipv4(6000), 5498),
    )
    sent = 0
    for place in places:
        processes.next()
        sent += ask(next(theirs), place) is not None
    people, got_in = people[: 300 - 4 * policy.BUDGET.lot], 0
    for person in people:
        processes.next()
        home = HOME[:-1] + str(int(person.phone[-3:]) % 250)
        got_in += log_in(person.phone, home).user == person
    report(
        capsys,
        f"10,000 messages asked for by strangers, budget 1,000: {sent} sent; "
        f"then {got_in} of {len(people)} people on known networks logged in",
    )
    assert 690 < sent <= 700
    assert got_in == len(people)


def test_numbers_of_their_own_use_up_ten_messages_each_of_the_known_share(settings, clock):
    """Whoever logged in with them a day before; of 30, three numbers leave nobody anything."""
    settings.SMS_HOURLY_BUDGET = 100
    own = {f"10.1.0.{n}": f"+7926000000{n}" for n in range(3)}
    for address, phone in {**own, HOME: PHONE}.items():
        someone_known(phone, address, clock)
    while policy.STRANGERS_BUDGET.take():
        policy.BUDGET.take()
    sent = 0
    for _ in range(12):
        sent += sum(bool(ask(phone, address)) for address, phone in own.items())
        clock.shift(timedelta(seconds=61))
    assert sent == 30
    assert ask(PHONE, HOME) is None
    clock.shift(HOUR)
    assert ask(PHONE, HOME)


def test_a_site_gets_two_hundred_messages_and_ten_a_minute(clock):
    """Whatever the number of its networks."""
    places, theirs = of_one_site(), phones("+7926")
    assert sum(bool(ask(next(theirs), next(places))) for _ in range(300)) == 200
    clock.shift(timedelta(minutes=1))
    assert sum(bool(ask(next(theirs), next(places))) for _ in range(30)) == 10


def test_no_number_gets_more_than_twenty_messages_at_once_and_two_an_hour(clock, capsys):
    """Though its owner helps: known at home, logging in each time, from 100 networks."""
    someone_known(PHONE, HOME, clock)
    places, per_hour = ipv4(100), Counter()
    for minute in range(0, 12 * 60, 5):
        for address in (HOME, next(places), next(places)):
            if sent := ask(PHONE, address):
                code = gateways.outbox[-1].text.rpartition("#")[2]
                assert confirm_code(PHONE, code, Client.at(address), sent.ticket or "")
                per_hour[minute // 60] += 1
        clock.shift(timedelta(minutes=5))
    report(capsys, f"messages to one number whose owner helps, by the hour: {per_hour}")
    assert per_hour[0] <= 20 + 2
    assert all(per_hour[hour] <= 2 for hour in range(1, 12))


def test_deleting_the_account_brings_no_messages_back(clock):
    places = ipv4(50)
    sent = 0
    for address in itertools.islice(places, 50):
        if asked := ask(PHONE, address):
            code = gateways.outbox[-1].text.rpartition("#")[2]
            confirm_code(PHONE, code, Client.at(address), asked.ticket or "").user.delete()
            sent += 1
    assert sent == 10


def test_resends_by_the_ticket_from_many_networks_cost_the_phone_its_messages(clock):
    first = send_code(PHONE, Client.at("10.9.9.9"))
    sent = 1
    for address in itertools.islice(ipv4(200), 200):
        clock.shift(timedelta(seconds=4))
        sent += ask(PHONE, address, first.ticket or "") is not None
    assert sent <= 10 + 1


def test_whoever_is_refused_makes_no_rows(guesses, settings):
    """Neither for the phone's messages, nor a site's, nor the budget; nor by guesses at nothing."""
    settings.SMS_HOURLY_BUDGET = 500
    places, theirs = of_one_site(), phones("+7926")
    for _ in range(200):
        ask(next(theirs), next(places))
    for address in itertools.islice(ipv4(10), 10):
        assert ask(PHONE, address)
    while ask(next(theirs), f"198.51.100.{len(gateways.outbox) % 250}"):
        pass  # until the strangers' share of the budget is used up
    rows = Limit.objects.count(), Challenge.objects.count()
    for _ in range(100):
        with pytest.raises(TooManyCodes):
            send_code(next(theirs), Client.at(next(places)))
    for address in itertools.islice(ipv4(200), 100, 200):
        assert ask(PHONE, address) is None
    for address in itertools.islice(ipv4(400), 200, 300):
        assert not guesses.try_one(PHONE, address, 4)
        assert not guesses.try_one(PHONE, address, 4, "made-up")
    assert (Limit.objects.count(), Challenge.objects.count()) == rows
