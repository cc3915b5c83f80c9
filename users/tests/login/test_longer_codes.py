"""A challenge is replaced if its code must be longer, never by a shorter one."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client, error
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE, reset_failed_attempts
from users.models import Challenge
from users.tests.browsing import wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
HERE = "127.0.0.1"


def use_up(limit, who):
    for _ in range(limit.most):
        assert limit.take(who) == 0


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_a_challenge_that_cannot_be_answered_any_more_is_replaced_at_once(
    anyone, phone, sent_code, door
):
    ticket = anyone.request_code(phone).json()["ticket"]
    short = sent_code()
    use_up(GUESSES_PER_PHONE, phone)
    more = {"ticket": ticket} if door == "ticket" else {}
    assert error(anyone.confirm(phone, short, **more)) == "too_many_attempts"
    again = anyone.request_code(phone, **more).json()
    assert again["code_length"] == 8 == len(sent_code())
    assert again["ticket"] != ticket
    assert Challenge.objects.count() == 1
    assert error(anyone.confirm(phone, short, ticket=ticket)) == "invalid_code"
    assert error(anyone.confirm(phone, sent_code(), ticket=ticket)) == "invalid_code"
    assert anyone.confirm(phone, sent_code(), ticket=again["ticket"]).status_code == 200


def test_a_ticket_replaces_its_challenge_from_another_network_too(anyone, phone, sent_code):
    ticket = anyone.request_code(phone).json()["ticket"]
    use_up(GUESSES_PER_NETWORK, "10.0.0.1")
    again = Client("10.0.0.1").request_code(phone, ticket=ticket).json()
    assert again["code_length"] == 8
    assert Challenge.objects.count() == 1
    assert anyone.confirm(phone, sent_code()).status_code == 200  # by the door of its network


def test_where_a_network_guessed_too_often_codes_are_long_for_each_phone(phone):
    use_up(GUESSES_PER_NETWORK, HERE)
    assert Client().request_code(phone).json()["code_length"] == 8
    assert Client("10.0.0.1").request_code(phone).json()["code_length"] == 4


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_a_longer_living_code_stays(anyone, phone, sent_code, time_machine, door):
    use_up(GUESSES_PER_PHONE, phone)
    ticket = anyone.request_code(phone).json()["ticket"]
    long = sent_code()
    reset_failed_attempts(phone)
    time_machine.shift(timedelta(seconds=60))
    more = {"ticket": ticket} if door == "ticket" else {}
    assert anyone.request_code(phone, **more).json()["code_length"] == 8
    assert sent_code() == long
    assert anyone.confirm(phone, long, **more).status_code == 200
    assert anyone.request_code(phone).json()["code_length"] == 4


def test_at_eight_digits_only_the_door_is_charged(anyone, phone, sent_code):
    use_up(GUESSES_PER_PHONE, phone)
    use_up(GUESSES_PER_NETWORK, HERE)
    anyone.request_code(phone)
    for left in (2, 1, 0):
        assert anyone.confirm(phone, wrong(sent_code())).json()["meta"] == {"attempts_left": left}
    assert error(anyone.confirm(phone, sent_code())) == "too_many_attempts"
    row = Challenge.objects.get()
    assert (row.network_left, row.network_charged, row.ticket_left) == (0, 3, 3)


def test_a_long_challenge_has_no_attempt_for_a_short_code(anyone, phone, sent_code):
    use_up(GUESSES_PER_PHONE, phone)
    anyone.request_code(phone)
    assert error(anyone.confirm(phone, sent_code()[:4])) == "invalid_code"
    assert Challenge.objects.get().network_charged == 0
