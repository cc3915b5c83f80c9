"""A login refunds the guesses charged through its own door, and nothing else."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client
from config.tests.load import only_postgresql
from users.limits.alarm import GUESSES
from users.limits.buckets import FailureLimit
from users.limits.policy import (
    GUESSES_PER_KNOWN_PHONE,
    GUESSES_PER_NETWORK,
    GUESSES_PER_PHONE,
    GUESSES_PER_SITE,
    MESSAGES_PER_NETWORK,
    MESSAGES_PER_PHONE,
)
from users.models import Challenge, Limit
from users.tests.browsing import wrong
from users.tests.counts import counted, used
from users.tests.failures import fail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
ADDRESS, NETWORK, SITE = "2001:db8:1:2::3", "2001:db8:1:2::/64", "2001:db8:1::/48"


@pytest.fixture
def owner():
    return Client(ADDRESS)


def charges(phone, network=NETWORK, site=SITE):
    return [
        used(GUESSES_PER_NETWORK, network),
        used(GUESSES_PER_SITE, site),
        used(GUESSES_PER_PHONE, phone),
        counted(GUESSES),
    ]


def test_a_wrong_code_is_charged_to_network_site_phone_and_system(owner, phone, sent_code):
    owner.request_code(phone)
    owner.confirm(phone, wrong(sent_code()))
    assert charges(phone) == [1] * 4


def test_a_login_gives_back_what_was_charged_through_its_door(owner, phone, sent_code):
    owner.request_code(phone)
    for _ in range(2):
        owner.confirm(phone, wrong(sent_code()))
    assert charges(phone) == [2] * 4
    assert owner.confirm(phone, sent_code()).status_code == 200
    assert charges(phone) == [0] * 4


def test_nothing_more_is_given_back(owner, phone, sent_code):
    for limit, who in (
        (GUESSES_PER_NETWORK, NETWORK),
        (GUESSES_PER_SITE, SITE),
        (GUESSES_PER_PHONE, phone),
    ):
        fail(limit, 2, who)
    GUESSES.take(), GUESSES.take()
    owner.request_code(phone)
    owner.confirm(phone, wrong(sent_code()))
    assert charges(phone) == [3] * 4
    owner.confirm(phone, sent_code())
    assert charges(phone) == [2] * 4


def test_what_went_through_the_other_door_stays_charged(owner, phone, sent_code):
    ticket = owner.request_code(phone).json()["ticket"]
    for _ in range(2):
        owner.confirm(phone, wrong(sent_code()))
    owner.confirm(phone, wrong(sent_code()), ticket=ticket)
    owner.confirm(phone, sent_code(), ticket=ticket)
    assert charges(phone) == [2] * 4


def test_it_goes_to_the_network_that_the_login_came_from(owner, phone, sent_code):
    ticket = owner.request_code(phone).json()["ticket"]
    Client("10.0.0.1").confirm(phone, wrong(sent_code()), ticket=ticket)
    owner.confirm(phone, sent_code(), ticket=ticket)
    assert charges(phone) == [0] * 4
    assert used(GUESSES_PER_NETWORK, "10.0.0.1") == 1


def test_what_was_charged_at_an_earlier_challenge_stays(owner, phone, sent_code, time_machine):
    owner.request_code(phone)
    owner.confirm(phone, wrong(sent_code()))
    time_machine.shift(timedelta(seconds=310))
    owner.request_code(phone)
    owner.confirm(phone, sent_code())
    assert charges(phone) == [1] * 4


def test_the_system_gets_nothing_back_of_an_hour_that_is_over(
    owner, phone, sent_code, time_machine
):
    time_machine.move_to("2026-11-20T12:59:00Z", tick=False)
    owner.request_code(phone)
    owner.confirm(phone, wrong(sent_code()))
    time_machine.shift(timedelta(seconds=90))
    owner.confirm(phone, sent_code())
    assert charges(phone) == [0, 0, 0, 2]


def test_a_right_code_does_not_renew_the_quiet_time(owner, phone, sent_code, time_machine):
    owner.request_code(phone)
    owner.confirm(phone, wrong(sent_code()))
    before = set(Limit.objects.filter(kind__startswith="guesses").values_list("resets_at"))
    time_machine.shift(timedelta(seconds=100))
    owner.confirm(phone, sent_code())
    after = set(Limit.objects.filter(kind__startswith="guesses").values_list("resets_at"))
    assert before == after


def test_at_eight_digits_there_is_nothing_to_give_back(owner, phone, sent_code):
    fail(GUESSES_PER_PHONE, 6, phone)
    owner.request_code(phone)
    owner.confirm(phone, wrong(sent_code()))
    owner.confirm(phone, sent_code())
    assert charges(phone) == [0, 0, 6, 0]


@only_postgresql
def test_a_guess_that_a_limit_refused_is_never_counted_by_its_door(
    owner, phone, sent_code, monkeypatch
):
    """A broken chain's charges exist for a moment, in which a login would refund them, too."""
    owner.request_code(phone)
    fail(GUESSES_PER_PHONE, 6, phone)
    refund, seen = FailureLimit.refund, []

    def look_first(limit, *who, **more):
        seen.append(Challenge.objects.get().network_charged)
        refund(limit, *who, **more)

    monkeypatch.setattr(FailureLimit, "refund", look_first)
    assert owner.confirm(phone, wrong(sent_code())).status_code == 429
    assert seen == [0, 0]
    assert charges(phone) == [0, 0, 6, 0]


def test_a_known_pair_charges_neither_site_nor_system(owner, user, sent_code, known):
    known(user, ADDRESS)
    owner.request_code(user.phone)
    owner.confirm(user.phone, wrong(sent_code()))
    assert charges(user.phone) == [1, 0, 0, 0]
    assert used(GUESSES_PER_KNOWN_PHONE, user.phone) == 1
    owner.confirm(user.phone, sent_code())
    assert charges(user.phone) == [0] * 4
    assert used(GUESSES_PER_KNOWN_PHONE, user.phone) == 0


def test_a_login_gives_no_message_back(owner, phone, sent_code):
    owner.request_code(phone)
    owner.confirm(phone, sent_code())
    assert used(MESSAGES_PER_PHONE, phone) == used(MESSAGES_PER_NETWORK, NETWORK) == 1
