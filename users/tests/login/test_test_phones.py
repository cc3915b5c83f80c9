"""Phones with fixed codes for app store reviewers."""

from datetime import date, timedelta

import pytest

from config.tests.api_client import error
from users.limits import alarm
from users.limits.alarm import GUESSES
from users.limits.policy import (
    BUDGET,
    GUESSES_PER_NETWORK,
    LIMITS,
    MESSAGES_PER_NETWORK,
    STRANGERS_BUDGET,
)
from users.models import Limit, Session
from users.tests.counts import counted, used

pytestmark = pytest.mark.django_db
REVIEWER = "+79160000000"


@pytest.fixture(autouse=True)
def reviewed(settings, time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    settings.TEST_PHONES = {REVIEWER: ("4242", date(2026, 12, 1))}


def test_a_test_phone_has_its_code_and_no_message_is_sent(anyone, sms_outbox):
    answer = anyone.request_code(REVIEWER)
    assert answer.status_code == 200
    assert "code" not in answer.json()
    assert sms_outbox == []
    assert anyone.confirm(REVIEWER, "4242").status_code == 200


def test_its_code_needs_a_request_and_works_once(anyone):
    assert error(anyone.confirm(REVIEWER, "4242")) == "invalid_code"
    anyone.request_code(REVIEWER)
    assert anyone.confirm(REVIEWER, "4242").status_code == 200
    assert error(anyone.confirm(REVIEWER, "4242")) == "invalid_code"


def test_after_its_last_day_it_is_a_phone_like_any_other(anyone, sms_outbox, time_machine):
    time_machine.shift(timedelta(days=11))
    anyone.request_code(REVIEWER)
    assert anyone.confirm(REVIEWER, "4242").status_code == 200
    time_machine.shift(timedelta(days=1))
    anyone.request_code(REVIEWER)
    assert len(sms_outbox) == 1


def test_it_has_no_limits_of_its_own(anyone):
    for _ in range(4):
        for _ in range(3):
            assert anyone.request_code(REVIEWER).json()["code_length"] == 4
            for _ in range(3):
                assert error(anyone.confirm(REVIEWER, "1111")) == "invalid_code"
        reset(GUESSES_PER_NETWORK)
        reset(MESSAGES_PER_NETWORK)
    anyone.request_code(REVIEWER)
    assert anyone.confirm(REVIEWER, "4242").status_code == 200
    assert not Limit.objects.filter(key__in=[one.key(REVIEWER) for one in LIMITS.values()]).exists()
    assert (counted(GUESSES), counted(BUDGET), counted(STRANGERS_BUDGET)) == (0, 0, 0)


def reset(limit):
    Limit.objects.filter(kind=limit.name).delete()


def test_its_network_is_limited_like_any_other(anyone):
    anyone.request_code(REVIEWER)
    anyone.confirm(REVIEWER, "1111")
    assert used(GUESSES_PER_NETWORK, "127.0.0.1") == used(MESSAGES_PER_NETWORK, "127.0.0.1") == 1


def test_the_alarm_does_not_reach_it(anyone, settings, phone):
    settings.GUESS_ALARM = (0, 0)
    assert not alarm.take_guess()
    assert anyone.request_code(phone).json()["code_length"] == 8
    assert anyone.request_code(REVIEWER).json()["code_length"] == 4
    assert anyone.confirm(REVIEWER, "4242").status_code == 200


def test_staff_are_refused_as_if_the_code_were_wrong(anyone, join):
    join(phone=REVIEWER, is_staff=True)
    anyone.request_code(REVIEWER)
    answer = anyone.confirm(REVIEWER, "4242")
    assert (answer.status_code, error(answer)) == (400, "invalid_code")
    assert answer.json()["meta"] == {"attempts_left": 2}
    assert not Session.objects.exists()


def test_other_phones_have_no_fixed_code(anyone, phone, monkeypatch):
    monkeypatch.setattr("users.login.challenges.one_time_password", lambda nonce, digits: "0001")
    anyone.request_code(phone)
    assert error(anyone.confirm(phone, "4242")) == "invalid_code"
