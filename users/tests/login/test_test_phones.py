"""Phones with fixed codes, for the reviewers of app stores."""

from datetime import date, timedelta

import pytest

from config.tests.api_client import error

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


def test_it_is_limited_like_any_other(anyone):
    for _ in range(2):
        anyone.request_code(REVIEWER)
        for _ in range(3):
            assert error(anyone.confirm(REVIEWER, "1111")) == "invalid_code"
    assert anyone.request_code(REVIEWER).json()["code_length"] == 8
    assert error(anyone.confirm(REVIEWER, "4242")) in ("too_many_attempts", "invalid_code")
    assert error(anyone.confirm(REVIEWER, "42424242")) == "invalid_code"


def test_other_phones_have_no_fixed_code(anyone, phone, monkeypatch):
    monkeypatch.setattr("users.login.challenges.one_time_password", lambda nonce, digits: "0001")
    anyone.request_code(phone)
    assert error(anyone.confirm(phone, "4242")) == "invalid_code"
