"""Attackers against one phone, in every way found, and its owner meanwhile."""

import itertools
import random
from contextlib import suppress
from datetime import timedelta

import pytest

from users.clients import Client
from users.errors import Refusal
from users.limits import policy
from users.login import confirm_code, gateways
from users.models import Limit
from users.tests.attackers import (
    HOME,
    PHONE,
    Guesses,
    ask,
    ipv4,
    log_in,
    newest_code,
    of_many_sites,
    of_one_site,
    once,
    own_phones,
    report,
    someone_known,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quietly", "clock")]
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
PLACES = {
    "1 address": lambda: ipv4(1),
    "1,000 addresses": lambda: ipv4(1000),
    "the networks of one /48": of_one_site,
    "1,000 IPv6 sites": lambda: of_many_sites(1000),
}


def guess_all(guesses, places):
    """Ask, and guess until nothing is compared any more, with and without the ticket."""
    address = next(places)
    if sent := ask(PHONE, address):
        guesses.empty(PHONE, address, sent, *itertools.islice(places, 5))


@once
def test_thirty_days_of_noise_while_the_owner_logs_in(guesses, clock, capsys):
    """From everywhere at once; the owner at home, with a ticket or without."""
    owner, dice, logins = someone_known(PHONE, HOME, clock), random.Random(7), 0
    theirs = [places() for places in PLACES.values()]
    for hour in range(30 * 24):  # a message can be had once an hour
        for _ in range(11 if hour == 0 else 1):
            guess_all(guesses, theirs[hour % len(theirs)])
        if logins < 100 and dice.random() < 1 / 7:
            messages = len(gateways.outbox)
            with guesses.told_the_truth():
                assert log_in(PHONE, HOME, by_ticket=dice.random() < 0.5).user == owner
            assert len(gateways.outbox) == messages + 1
            logins += 1
        clock.shift(HOUR)
    report(
        capsys,
        f"one phone, 30 days, as loud as the API lets: {guesses.told[4]} guesses at 4-digit codes, "
        f"{guesses.told[8]} at 8-digit ones, chance {guesses.accounts:.6f}; "
        f"the owner logged in {logins} times with as many messages",
    )
    assert guesses.told[4] == 6
    assert guesses.told[8] <= 6 * (10 + 30 * 24)
    assert logins == 100


@pytest.mark.parametrize("places", PLACES)
def test_no_place_gets_more_than_six_guesses(places, guesses, clock):
    theirs = PLACES[places]()
    for _ in range(24):
        guess_all(guesses, theirs)
        clock.shift(HOUR / 2)
    assert guesses.told[4] == 6


@pytest.mark.parametrize(
    ("at_once", "pause"),
    [(5, MONTH), (6, MONTH), (1, timedelta(days=5)), (5, timedelta(days=29)), (1, HOUR)],
)
def test_patience_gets_six_guesses_in_any_thirty_days(at_once, pause, guesses, clock):
    """Just below the bound, or a guess now and then, for half a year."""
    theirs, begins = of_many_sites(5000), 0.0
    while begins < 180 * 86_400:
        address = next(theirs)
        if (sent := ask(PHONE, address)) and sent.code_length == policy.SHORT:
            for n in range(at_once):
                guesses.try_one(PHONE, address, 4, (sent.ticket or "") if n > 2 else "")
        step = pause if guesses.told[4] < 6 or pause > HOUR else timedelta(days=1)
        clock.shift(step)
        begins += step.total_seconds()
    assert 5 <= guesses.worst(MONTH) <= 6


def test_challenges_hoarded_before_the_first_guess_are_worth_no_more(guesses):
    theirs = ipv4(10)
    hoard = [(address, ask(PHONE, address)) for address in itertools.islice(theirs, 10)]
    assert all(sent and sent.code_length == 4 for _, sent in hoard)
    for address, sent in hoard:
        guesses.empty(PHONE, address, sent, *itertools.islice(theirs, 5))
    assert guesses.told[4] == 6


def test_guesses_at_hoarded_challenges_at_once_are_six(at_once, monkeypatch):
    """In parallel; on both databases."""
    guesses = Guesses(monkeypatch)
    hoard = [(address, ask(PHONE, address)) for address in itertools.islice(ipv4(10), 10)]
    attempts = [
        (PHONE, address, 4, ticket) for address, sent in hoard for ticket in ("", sent.ticket)
    ]
    told = at_once(lambda attempt: guesses.answer(*attempt), attempts + attempts)
    assert [one for one in told if isinstance(one, BaseException)] == []
    assert told.count(True) == 6
    phone = Limit.objects.get(key=policy.GUESSES_PER_PHONE.key(PHONE))
    assert phone.count == 6


def test_own_phones_give_nothing_back_for_another(guesses, clock):
    """Wrong guesses at one's own phone and a right login, from the network that guesses.

    The wrong ones are made elsewhere, with the ticket, so the login gives back more than this
    network was charged; but elsewhere they stay charged, so the sum never goes below.
    """
    here, other = "10.0.0.1", "10.0.1.1"
    at_victims = 0
    for number, own in zip(range(100), own_phones(), strict=False):
        victim = f"+7916{number:07}"
        for place in (here, other):
            if (sent := ask(victim, place)) and sent.code_length == policy.SHORT:
                at_victims += guesses.try_one(victim, place, 4)
        if sent := ask(own, here):
            guesses.try_one(own, other, sent.code_length, sent.ticket or "")
            guesses.try_one(own, other, sent.code_length, sent.ticket or "")
            with guesses.told_the_truth(), suppress(Refusal):
                confirm_code(own, newest_code(own), Client.at(here), sent.ticket or "")
        clock.shift(timedelta(minutes=3))
    assert 0 < at_victims <= 2 * policy.GUESSES_PER_NETWORK.most
