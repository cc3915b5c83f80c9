"""A pair of phone and network is known if there was a login 24 hours to 90 days ago."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.tests.api_client import Client
from users.clients import Client as Asker
from users.limits.policy import (
    GUESSES_PER_KNOWN_PHONE,
    GUESSES_PER_PHONE,
    MESSAGES_PER_KNOWN_PHONE,
    MESSAGES_PER_PHONE,
)
from users.login import confirm_code, send_code
from users.models import Challenge, Session
from users.sessions import lifecycle
from users.sessions.tokens import pair
from users.tests.browsing import wrong
from users.tests.counts import used
from users.tests.failures import fail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def is_known(phone, address):
    Challenge.objects.all().delete()
    assert Client(address).request_code(phone).status_code == 200
    return Challenge.objects.get().known


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), False),
        (DAY - SECOND, False),
        (DAY, True),
        (90 * DAY - SECOND, True),
        (90 * DAY, False),
        (-DAY, False),  # a clock was wrong
    ],
)
def test_from_a_day_after_the_login_to_ninety(user, known, ago, expected):
    known(user, "10.0.0.1", ago=ago)
    assert is_known(user.phone, "10.0.0.1") is expected


@pytest.mark.parametrize(
    ("login", "asks", "expected"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
    ],
)
def test_the_network_must_be_the_same(user, known, login, asks, expected):
    known(user, login)
    assert is_known(user.phone, asks) is expected


def test_another_users_login_does_not_count(user, friend, known):
    known(friend, "10.0.0.1")
    assert not is_known(user.phone, "10.0.0.1")


def test_an_ended_session_counts(user, known):
    session = known(user, "10.0.0.1")
    Session.objects.filter(pk=session.pk).update(ended_at=timezone.now())
    assert is_known(user.phone, "10.0.0.1")


def test_refreshes_elsewhere_make_no_network_known(user, known, anyone):
    session = known(user, "10.0.0.1")
    assert Client("10.0.0.9").refresh(pair(session)["refresh"]).status_code == 200
    session.refresh_from_db()
    assert (session.ip, session.network) == ("10.0.0.9", "10.0.0.1")
    assert is_known(user.phone, "10.0.0.1")
    assert not is_known(user.phone, "10.0.0.9")


def test_use_elsewhere_makes_no_network_known(user, known, time_machine):
    session = known(user, "10.0.0.1")
    time_machine.shift(timedelta(hours=1))
    assert lifecycle.touch(session, Asker.at("10.0.0.9"))
    assert is_known(user.phone, "10.0.0.1")
    assert not is_known(user.phone, "10.0.0.9")


def test_a_real_login_makes_the_network_known_a_day_later(phone, time_machine, sent_code):
    here = Asker.at("10.0.0.1")
    send_code(phone, here)
    confirm_code(phone, sent_code(), here)
    assert not is_known(phone, "10.0.0.1")
    time_machine.shift(DAY)
    assert is_known(phone, "10.0.0.1")


def test_it_is_stored_with_the_challenge(user, known, time_machine, sent_code):
    known(user, "10.0.0.1")
    ticket = Client("10.0.0.1").request_code(user.phone).json()["ticket"]
    Client("10.0.0.2").confirm(user.phone, wrong(sent_code()), ticket=ticket)
    assert used(GUESSES_PER_KNOWN_PHONE, user.phone) == 1
    assert used(GUESSES_PER_PHONE, user.phone) == 0


@pytest.mark.parametrize(("opened", "asked"), [("10.0.0.1", "10.0.0.2"), ("10.0.0.2", "10.0.0.1")])
def test_asking_again_from_elsewhere_is_charged_as_the_challenge_says(
    user, known, time_machine, opened, asked
):
    known(user, "10.0.0.1")
    ticket = Client(opened).request_code(user.phone).json()["ticket"]
    time_machine.shift(timedelta(seconds=61))
    assert Client(asked).request_code(user.phone, ticket=ticket).status_code == 200
    messages = [used(one, user.phone) for one in (MESSAGES_PER_KNOWN_PHONE, MESSAGES_PER_PHONE)]
    assert messages == ([2, 0] if opened == "10.0.0.1" else [0, 2])


def test_strangers_can_use_up_only_what_is_strangers(user, known, sent_code):
    known(user, "10.0.0.1")
    for number in range(10):
        assert Client(f"10.1.0.{number}").request_code(user.phone).status_code == 200
    fail(GUESSES_PER_PHONE, 6, user.phone)
    assert Client("10.1.1.1").request_code(user.phone).status_code == 429
    home = Client("10.0.0.1")
    assert home.request_code(user.phone).json()["code_length"] == 4
    assert home.confirm(user.phone, sent_code()).status_code == 200
    assert used(MESSAGES_PER_KNOWN_PHONE, user.phone) == 1
    assert used(MESSAGES_PER_PHONE, user.phone) == 10


def test_known_pairs_have_a_limit_of_guesses_of_their_own(user, known, sent_code):
    known(user, "10.0.0.1")
    fail(GUESSES_PER_KNOWN_PHONE, 6, user.phone)
    assert Client("10.0.0.1").request_code(user.phone).json()["code_length"] == 8
    assert Client("10.0.0.2").request_code(user.phone).json()["code_length"] == 4


def test_a_login_to_the_admin_is_known_for_as_long_though_it_ends_sooner(
    staff, client, time_machine, sweeps
):
    form = {"username": staff.phone, "password": "only-for-tests-1"}
    assert client.post("/admin/login/", form, REMOTE_ADDR="10.0.0.1").status_code == 302
    time_machine.shift(89 * DAY)
    assert Session.objects.get().expires_at < timezone.now() - 70 * DAY
    lifecycle.open_session(staff, Asker.at("10.0.0.2"))
    assert is_known(staff.phone, "10.0.0.1")
    time_machine.shift(2 * DAY)
    lifecycle.open_session(staff, Asker.at("10.0.0.2"))
    assert not Session.objects.filter(network="10.0.0.1").exists()
