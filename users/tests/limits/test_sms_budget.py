"""What all messages of an hour may cost, and strangers' share of it."""

import logging

import pytest

from config.tests.api_client import Client, error
from users.limits.policy import BUDGET, STRANGERS_BUDGET
from users.tests.counts import counted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to("2026-11-20T12:40:00Z", tick=False)


def ask(count, start=0):
    """Ask for codes for this many phones, each from a network of its own."""
    return [
        Client(f"10.0.{n // 250}.{n % 250}").request_code(f"+791600{n:05}")
        for n in range(start, start + count)
    ]


def test_strangers_may_use_seventy_per_cent(settings, time_machine):
    settings.SMS_HOURLY_BUDGET = 10
    answers = ask(8)
    assert [answer.status_code for answer in answers] == [200] * 7 + [429]
    assert error(answers[-1]) == "too_many_codes"
    assert answers[-1].json()["meta"] == {"retry_after": 20 * 60}
    time_machine.shift(20 * 60)
    assert ask(1, start=20)[0].status_code == 200


def test_the_share_is_exact_whatever_the_budget(settings):
    for budget in range(1, 200):
        settings.SMS_HOURLY_BUDGET = budget
        assert STRANGERS_BUDGET._bounds().hourly == max(1, budget * 70 // 100)


def test_known_pairs_have_all_that_strangers_left(settings, join, known):
    settings.SMS_HOURLY_BUDGET = 10
    ask(30)
    answers = []
    for number in range(4):
        user = join()
        known(user, f"10.9.0.{number}")
        answers.append(Client(f"10.9.0.{number}").request_code(user.phone).status_code)
    assert answers == [200] * 3 + [429]
    assert (counted(STRANGERS_BUDGET), counted(BUDGET)) == (7, 10)


def test_a_refusal_takes_nothing_of_either(settings, user, known):
    settings.SMS_HOURLY_BUDGET = 10
    known(user, "10.9.0.1")
    for _ in range(10):
        BUDGET.take()
    assert ask(1)[0].status_code == 429
    assert Client("10.9.0.1").request_code(user.phone).status_code == 429
    assert (counted(STRANGERS_BUDGET), counted(BUDGET)) == (0, 10)


def test_half_spent_is_logged_once_an_hour(settings, caplog, time_machine):
    caplog.set_level(logging.INFO, logger="users.security")
    settings.SMS_HOURLY_BUDGET = 20

    def logged():
        return [one.kind for one in caplog.records if one.event == "sms budget half spent"]

    ask(6)
    assert logged() == []
    ask(8, start=10)
    assert sorted(logged()) == ["sms-budget", "sms-budget-unknown"]
    time_machine.shift(3600)
    ask(14, start=30)
    assert len(logged()) == 4
