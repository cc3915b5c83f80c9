"""Real threads; each test asserts exact counts."""

import pytest
from django.apps import apps
from django.db import connection
from django.test import RequestFactory

from config.tests.api_client import Client, error
from users.limits import policy
from users.login.challenges import Slot, Spent, charge_try
from users.models import Budget, LoginCode, Session, User
from users.sessions.lifecycle import open_session, pair

MANY = 32
InviteCode = apps.get_model("referrals", "InviteCode")


@pytest.fixture
def code(transactional_db, anyone, phone, sent_code):
    anyone.request_code(phone)
    return sent_code()


def test_one_right_code_logs_in_once(at_once, phone, code):
    answers = at_once(lambda _: Client().confirm(phone, code), range(MANY))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {error(a) for a in answers if a.status_code != 200} <= {
        "invalid_code",
        "too_many_attempts",
    }
    assert User.objects.count() == InviteCode.objects.count() == Session.objects.count() == 1


def test_a_double_click_on_the_right_code_costs_nothing(at_once, phone, code):
    at_once(lambda _: Client().confirm(phone, code), range(3))
    assert not Budget.objects.filter(kind="guesses-phone", spent__gt=0).exists()


def test_wrong_codes_take_exactly_three_tries(at_once, phone, code):
    wrong = [f"{(int(code) + step) % 10_000:04}" for step in range(1, MANY + 1)]
    answers = at_once(lambda guess: Client().confirm(phone, guess), wrong)
    assert [answer.status_code for answer in answers].count(400) == 3
    assert [answer.status_code for answer in answers].count(429) == MANY - 3
    assert sorted(a.json()["meta"]["attempts_left"] for a in answers if a.status_code == 400) == [
        0,
        1,
        2,
    ]
    assert LoginCode.objects.get().tries == 3
    assert not User.objects.exists()


def test_wrong_codes_from_many_addresses_take_exactly_three_tries(at_once, phone, code):
    wrong = [f"{(int(code) + step) % 10_000:04}" for step in range(1, MANY + 1)]
    answers = at_once(lambda guess: Client(f"10.1.{guess[:2]}.1").confirm(phone, guess), wrong)
    assert [answer.status_code for answer in answers].count(400) == 3


def test_of_two_right_tries_charged_before_either_is_spent_one_wins(phone, code):
    slot = Slot(phone, 4)
    first, second = charge_try(slot), charge_try(slot)
    assert first.matches(code)
    assert second.matches(code)
    assert first.spend("10.0.0.1")
    assert second.spend("10.0.0.2") is None


def test_first_logins_of_one_phone_make_one_user(at_once, phone, code, monkeypatch):
    """Even if the code could be spent by all, as it can't."""
    monkeypatch.setattr(
        "users.login.challenges.Try.spend", lambda attempt, network: Spent(0, False)
    )
    monkeypatch.setattr("users.login.challenges.TRIES", MANY)
    monkeypatch.setattr("users.limits.policy.take_guess", lambda *who: 1)
    answers = at_once(lambda _: Client().confirm(phone, code), range(MANY))
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert [answer.json()["is_new_user"] for answer in answers].count(True) == 1
    assert User.objects.count() == InviteCode.objects.count() == 1
    assert Session.objects.count() == MANY


def test_one_refresh_token_rotates_once(at_once, user):
    session = open_session(user, RequestFactory().get("/"))
    token = pair(session)["refresh"]
    answers = at_once(lambda _: Client().refresh(token), range(MANY))
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert len({answer.content for answer in answers}) == 1
    session.refresh_from_db()
    assert session.counter == 1


def test_two_sides_of_a_stolen_token_end_the_session(at_once, user, time_machine):
    session = open_session(user, RequestFactory().get("/"))
    token = pair(session)["refresh"]
    Session.objects.update(counter=2)
    answers = at_once(lambda _: Client().refresh(token), range(MANY))
    assert {error(answer) for answer in answers} == {"token_not_valid"}
    assert Session.objects.get().ended_at


def test_a_logout_beats_every_refresh_after_it(at_once, user, as_user):
    client = as_user(user)
    client.call("POST", "auth/logout/")
    answers = at_once(lambda _: Client().refresh(client.refresh_token), range(MANY))
    assert {error(answer) for answer in answers} == {"token_not_valid"}


def test_giving_back_at_once_locks_nobody_out(at_once, phone):
    slot, network = Slot(phone, 4), "10.0.0.1"
    for _ in range(5):
        policy.take_guess(phone, network, slot.digits)
        policy.take_sends(phone, network)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE users_budget")  # so few rows are found in no order

    def give_back(number):
        for _ in range(20):
            if number % 2:
                policy.give_back_guess(phone, network, slot.digits)
                policy.Payment(phone, network, familiar=False).give_back()
            else:
                policy.take_guess(phone, network, slot.digits)
                policy.SENDS_PER_NETWORK.take(network)

    assert at_once(give_back, range(16)) == [None] * 16
