"""Machines whose clocks differ slightly accept each other's tokens."""

from datetime import timedelta

import jwt
import pytest

from config.tests.api_client import Client, error
from config.tests.factories import HERE
from users.sessions.lifecycle import open_session
from users.sessions.tokens import pair

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)


@pytest.fixture
def from_clock_ahead(user, time_machine):
    """Makes a pair on a machine whose clock is ahead of ours."""

    def make(seconds):
        time_machine.shift(timedelta(seconds=seconds))
        tokens = pair(open_session(user, HERE))
        time_machine.shift(timedelta(seconds=-seconds))
        return tokens

    return make


@pytest.mark.parametrize(("seconds", "status"), [(1, 200), (30, 200), (31, 401)])
def test_tokens_from_a_clock_ahead_are_good_for_half_a_minute(from_clock_ahead, seconds, status):
    tokens = from_clock_ahead(seconds)
    assert Client().use(tokens["access"]).profile().status_code == status
    assert Client().refresh(tokens["refresh"]).status_code == status


def test_an_access_token_that_was_good_a_moment_ago_ends_on_time(from_clock_ahead, time_machine):
    client = Client().use(from_clock_ahead(0)["access"])
    for shift, status in ((0, 200), (629, 200), (1, 401), (-1, 200), (1, 401)):
        time_machine.shift(timedelta(seconds=shift))
        assert client.profile().status_code == status


def test_what_was_rotated_by_a_clock_ahead_is_answered_again(from_clock_ahead, time_machine):
    first = from_clock_ahead(0)
    time_machine.shift(timedelta(seconds=20))
    second = Client().refresh(first["refresh"]).json()
    time_machine.shift(timedelta(seconds=-20))
    assert Client().refresh(first["refresh"]).json() == second
    assert Client().refresh(second["refresh"]).status_code == 200


def test_a_session_that_is_over_has_no_leeway(from_clock_ahead, time_machine):
    tokens = from_clock_ahead(0)
    for _ in range(3):
        time_machine.shift(timedelta(days=29, hours=23))
        tokens = Client().refresh(tokens["refresh"]).json()
    end = jwt.decode(tokens["refresh"], options={"verify_signature": False})["end"]
    time_machine.move_to(end, tick=False)
    assert error(Client().refresh(tokens["refresh"])) == "token_not_valid"
