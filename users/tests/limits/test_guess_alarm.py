"""Too many guesses in the whole system, and strangers' codes get long."""

import logging
import time

import pytest

from config.tests.api_client import Client, error
from users.limits import alarm
from users.limits.alarm import GUESSES
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.models import Challenge, Counter, Limit
from users.tests.counts import counted, used

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400


@pytest.fixture(autouse=True)
def frozen(time_machine, settings):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    settings.GUESS_ALARM = (10, 15)


@pytest.fixture
def events(caplog):
    caplog.set_level(logging.INFO, logger="users.security")
    return lambda: [r.event for r in caplog.records if r.event.startswith("guess alarm")]


def guess(count, start=0):
    """Wrong codes for this many phones, each from a network of its own."""
    answers = []
    for number in range(start, start + count):
        client, phone = Client(f"10.0.{number // 250}.{number % 250}"), f"+791600{number:05}"
        assert client.request_code(phone).status_code == 200
        answers.append(error(client.confirm(phone, "0000")))
    return answers


@pytest.fixture(autouse=True)
def never_right(monkeypatch):
    monkeypatch.setattr("users.login.challenges.one_time_password", lambda _, n: "12345678"[:n])


def digits(address="10.9.0.1", phone="+79169990000"):
    Challenge.objects.all().delete()
    return Client(address).request_code(phone).json()["code_length"]


def test_exactly_so_many_guesses_are_compared_and_then_none(events):
    assert guess(12) == ["invalid_code"] * 10 + ["too_many_attempts", "invalid_code"]
    assert digits() == 8
    assert events() == ["guess alarm"]


def test_a_guess_that_is_not_compared_charges_nothing(events):
    guess(10)
    client = Client("10.9.0.2")
    client.request_code("+79169990001")
    assert error(client.confirm("+79169990001", "0000")) == "too_many_attempts"
    assert used(GUESSES_PER_NETWORK, "10.9.0.2") == used(GUESSES_PER_PHONE, "+79169990001") == 0
    assert counted(GUESSES) == 10


def test_challenges_hoarded_before_the_alarm_are_not_compared_either():
    hoarded = [(Client(f"10.8.0.{n}"), f"+7916888{n:04}") for n in range(5)]
    for client, phone in hoarded:
        client.request_code(phone)
    guess(11)
    for client, phone in hoarded:
        assert error(client.confirm(phone, "1234")) == "too_many_attempts"
        assert client.request_code(phone).json()["code_length"] == 8
        assert client.confirm(phone, "12345678").status_code == 200


def test_nor_in_the_next_hour_which_has_room_again(time_machine):
    time_machine.shift(HOUR - 60)
    hoarded = Client("10.8.0.1")
    hoarded.request_code("+79168880001")
    guess(11)
    time_machine.shift(120)
    assert GUESSES.has_room()
    assert error(hoarded.confirm("+79168880001", "1234")) == "too_many_attempts"


def test_eight_digits_are_compared_while_it_lasts():
    guess(11)
    for n in range(3):
        client, phone = Client(f"10.9.0.{n}"), f"+7916999{n:04}"
        client.request_code(phone)
        assert error(client.confirm(phone, "00000000")) == "invalid_code"
    assert counted(GUESSES) == 10


def test_a_known_pair_neither_counts_nor_notices(user, known):
    known(user, "10.9.0.1")
    home = Client("10.9.0.1")
    home.request_code(user.phone)
    home.confirm(user.phone, "0000")
    assert counted(GUESSES) == 0
    guess(11)
    assert home.confirm(user.phone, "1234").status_code == 200
    assert digits("10.9.0.1", user.phone) == 4
    assert digits("10.9.0.2", user.phone) == 8


def test_right_codes_do_not_count(time_machine):
    for number in range(30):
        client, phone = Client(f"10.7.0.{number}"), f"+7916777{number:04}"
        client.request_code(phone)
        assert client.confirm(phone, "1234").status_code == 200
    assert counted(GUESSES) == 0
    assert digits() == 4


def test_it_lasts_72_hours(time_machine, events):
    guess(11)
    time_machine.shift(72 * HOUR - 1)
    assert digits() == 8
    time_machine.shift(1)
    assert digits() == 4
    assert events() == ["guess alarm", "guess alarm over"]
    assert alarm.ends_at() is None


def test_it_lasts_until_the_week_is_below_too(time_machine, events, settings):
    guess(10)
    time_machine.shift(2 * HOUR)
    assert guess(6, start=20) == ["invalid_code"] * 5 + ["too_many_attempts"]
    time_machine.shift(72 * HOUR)
    assert digits() == 8
    assert events() == ["guess alarm"]
    time_machine.shift(4 * DAY - 2 * HOUR)  # the first ten leave the week after 168 hours
    assert digits() == 8
    time_machine.shift(2 * HOUR)
    assert digits() == 4
    assert events() == ["guess alarm", "guess alarm over"]


def test_staff_can_end_it_and_both_sums_start_at_zero(events, staff):
    guess(11)
    assert alarm.ends_at() is not None
    assert alarm.end(staff.pk) is True
    assert events() == ["guess alarm", "guess alarm ended"]
    assert GUESSES.sums() == (0, 0)
    assert digits() == 4
    assert guess(11, start=50) == ["invalid_code"] * 10 + ["too_many_attempts"]


def test_ending_it_while_it_is_off_says_so(staff):
    assert alarm.end(staff.pk) is False


def test_it_is_raised_once_however_many_are_refused(events):
    guess(10)
    for _ in range(5):
        assert alarm.take_guess() is False
    assert events() == ["guess alarm"]


def test_one_raised_meanwhile_is_not_ended_with_the_old_one(time_machine):
    over = time.time() - 1
    Limit.objects.create(key=alarm.KEY, kind=alarm.KEY, count=1, resets_at=over + 1000)
    alarm.is_on(over)  # as it was when it was read
    assert Limit.objects.filter(key=alarm.KEY).exists()


def test_a_row_from_a_clock_far_ahead_is_no_alarm_and_stands_in_the_way_of_none(time_machine):
    time_machine.shift(365 * DAY)
    assert [GUESSES.take() for _ in range(10)] == [True] * 10
    assert alarm.take_guess() is False
    Counter.objects.all().delete()
    GUESSES.forget()
    time_machine.shift(-365 * DAY)
    assert not alarm.is_on(alarm.ends_at())
    assert guess(11) == ["invalid_code"] * 10 + ["too_many_attempts"]
    assert digits() == 8


def test_many_at_once_are_compared_exactly_as_often_as_the_bound(at_once, settings):
    settings.GUESS_ALARM = (10, 15)
    assert at_once(lambda _: alarm.take_guess(), range(32)).count(True) == 10
