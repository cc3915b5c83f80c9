"""How many guesses at 4-digit codes a phone, a network and a site may make."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client, error
from users.limits.policy import (
    GUESSES_PER_KNOWN_PHONE,
    GUESSES_PER_NETWORK,
    GUESSES_PER_PHONE,
    GUESSES_PER_SITE,
)
from users.models import Challenge
from users.tests.browsing import wrong
from users.tests.counts import used
from users.tests.failures import fail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
NETWORK, SITE = "2001:db8:1:2::/64", "2001:db8:1::/48"
HERE = "2001:db8:1:2::3"


@pytest.fixture
def digits(phone):
    """How long a code is that is asked for from here, by default for the phone."""

    def ask(number=phone, address=HERE):
        Challenge.objects.all().delete()
        return Client(address).request_code(number).json()["code_length"]

    return ask


@pytest.mark.parametrize(
    ("limit", "who", "most"),
    [
        (GUESSES_PER_PHONE, "phone", 6),
        (GUESSES_PER_NETWORK, NETWORK, 30),
        (GUESSES_PER_SITE, SITE, 300),
    ],
)
def test_beyond_the_bound_codes_have_eight_digits_for_thirty_days(
    phone, digits, time_machine, limit, who, most
):
    who = phone if who == "phone" else who
    fail(limit, most - 1, who)
    assert digits() == 4
    time_machine.shift(timedelta(days=1))
    fail(limit, 1, who)
    assert digits() == 8
    time_machine.shift(timedelta(days=30) - timedelta(seconds=1))
    assert digits() == 8
    time_machine.shift(timedelta(seconds=1))
    assert digits() == 4


def test_a_phone_is_guessed_at_six_times_from_however_many_networks(phone, sent_code):
    compared = 0
    for number in range(10):
        client = Client(f"10.0.0.{number}")
        if client.request_code(phone).json()["code_length"] == 8:
            break
        for _ in range(3):
            compared += error(client.confirm(phone, wrong(sent_code()))) == "invalid_code"
    assert (number, compared) == (2, 6)


def test_challenges_opened_before_the_bound_was_reached_are_not_compared_beyond_it(
    phone, sent_code
):
    clients = [Client(f"10.0.0.{number}") for number in range(5)]
    codes = []
    for client in clients:
        client.request_code(phone)
        codes.append(sent_code())
    answers = [
        error(client.confirm(phone, wrong(code)))
        for client, code in zip(clients, codes, strict=True)
        for _ in range(3)
    ]
    assert answers.count("invalid_code") == 6
    assert answers.count("too_many_attempts") == 9
    assert used(GUESSES_PER_PHONE, phone) == 6
    left = Challenge.objects.values_list("network_left", flat=True)
    assert sorted(left) == [0, 0, 3, 3, 3]  # nothing is charged in vain
    assert used(GUESSES_PER_NETWORK, "10.0.0.4") == 0


def test_a_known_pair_counts_apart_and_for_itself(user, known, digits):
    known(user, HERE)
    fail(GUESSES_PER_PHONE, 6, user.phone)
    fail(GUESSES_PER_SITE, 300, SITE)
    assert digits(user.phone) == 4
    fail(GUESSES_PER_KNOWN_PHONE, 6, user.phone)
    assert digits(user.phone) == 8


def test_a_known_pair_shares_its_networks_limit(user, known, digits):
    known(user, HERE)
    fail(GUESSES_PER_NETWORK, 30, NETWORK)
    assert digits(user.phone) == 8


def test_a_site_is_that_of_ipv6_alone(digits):
    fail(GUESSES_PER_SITE, 300, "")
    assert digits(address="10.0.0.1") == 4


def test_a_used_up_network_charges_nothing_at_somebody_elses_challenge(phone, sent_code):
    owner, attacker = Client("10.0.0.1"), Client("10.0.0.2")
    owner.request_code(phone)
    code = sent_code()
    attacker.request_code(phone)
    fail(GUESSES_PER_NETWORK, 30, "10.0.0.2")
    for _ in range(20):
        assert error(attacker.confirm(phone, wrong(code))) == "too_many_attempts"
    assert used(GUESSES_PER_PHONE, phone) == 0
    assert owner.confirm(phone, code).status_code == 200


def test_the_last_attempt_that_counts_says_so(anyone, phone, sent_code):
    fail(GUESSES_PER_PHONE, 5, phone)
    anyone.request_code(phone)
    assert anyone.confirm(phone, wrong(sent_code())).json()["meta"] == {"attempts_left": 0}
