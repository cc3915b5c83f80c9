"""The old number gets a notice; the change stands whatever happens to it."""

import logging
import threading

import pytest
from django.db import OperationalError

from config.tests.api_client import error
from users.errors import SmsUnavailable
from users.limits.policy import (
    BUDGET,
    MESSAGES_PER_KNOWN_PHONE,
    MESSAGES_PER_NETWORK,
    MESSAGES_PER_PHONE,
    STRANGERS_BUDGET,
)
from users.login import gateways, notices
from users.login.notices import aside
from users.models import User
from users.tests.counts import counted, used

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(me, phone, sent_code):
    me.request_code(phone)
    return sent_code()


@pytest.fixture
def failures(caplog):
    """Why notices were not sent, from the security log."""
    caplog.set_level(logging.INFO, logger="users.security")

    def seen():
        events = [one for one in caplog.records if vars(one).get("event") == "notice not sent"]
        return [(one.phone, one.reason) for one in events]

    return seen


@pytest.fixture
def change(me, phone, code, commits):
    """Changes the phone with the correct code."""

    def to_new_number(**headers):
        with commits():
            return me.call("PUT", "profile/phone/", {"phone": phone, "code": code}, **headers)

    return to_new_number


def masked(phone):
    return f"{phone[:5]}***{phone[-2:]}"


def test_the_old_number_is_told_and_not_the_new_one(user, phone, change, sms_outbox):
    old, before = user.phone, len(sms_outbox)
    assert change().status_code == 200
    (notice,) = sms_outbox[before:]
    assert notice.phone == old
    assert "the phone number of your account was changed" in notice.text
    assert phone[-4:] not in notice.text
    assert notice.text.startswith("127.0.0.1: ")


@pytest.mark.parametrize(("language", "words"), [("en", "Not you?"), ("ru", "Это не вы?")])
def test_it_is_in_the_language_of_the_request_and_fits_one_message(
    change, sms_outbox, settings, language, words
):
    settings.PUBLIC_URL = "https://example.org"
    change(HTTP_ACCEPT_LANGUAGE=language)
    assert words in sms_outbox[-1].text
    assert len(sms_outbox[-1].text) <= {"en": 160, "ru": 70}[language]


def test_it_costs_what_a_code_for_a_known_pair_does(user, phone, change):
    known, strangers = counted(BUDGET), counted(STRANGERS_BUDGET)
    at_network = used(MESSAGES_PER_NETWORK, "127.0.0.1")
    change()
    assert counted(BUDGET) == known + 1
    assert used(MESSAGES_PER_KNOWN_PHONE, user.phone) == 1
    assert counted(STRANGERS_BUDGET) == strangers
    assert used(MESSAGES_PER_PHONE, user.phone) == 0
    assert used(MESSAGES_PER_NETWORK, "127.0.0.1") == at_network


def test_a_change_that_is_refused_tells_nobody(me, phone, code, join, commits, sms_outbox):
    join(phone=phone)
    before = len(sms_outbox)
    with commits():
        assert error(me.change_phone(phone, code)) == "phone_taken"
    assert len(sms_outbox) == before


def test_beyond_the_budget_none_is_sent(user, change, settings, sms_outbox, failures):
    before = len(sms_outbox)
    settings.SMS_HOURLY_BUDGET = 1
    BUDGET.forget()
    assert change().status_code == 200
    assert len(sms_outbox) == before
    assert failures() == [(masked(user.phone), "too_many_codes")]


def test_no_number_gets_more_of_them_than_codes(user, change, sms_outbox, failures):
    for _ in range(10):
        MESSAGES_PER_KNOWN_PHONE.take(user.phone)
    before, budget = len(sms_outbox), counted(BUDGET)
    assert change().status_code == 200
    assert (len(sms_outbox), counted(BUDGET)) == (before, budget)
    assert failures() == [(masked(user.phone), "too_many_codes")]


def test_a_gateway_that_fails_changes_nothing(user, phone, change, monkeypatch, failures):
    def fail(message):
        raise SmsUnavailable

    monkeypatch.setattr(gateways, "deliver", fail)
    budget = counted(BUDGET)
    assert change().json()["phone"] == phone
    assert counted(BUDGET) == budget
    assert failures() == [(masked(user.phone), "sms_unavailable")]


def test_nor_does_a_database_that_fails_then(user, phone, change, monkeypatch):
    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(notices, "_charge", fail)
    assert change().json()["phone"] == phone
    assert User.objects.get().phone == phone


def test_nobody_waits_for_the_gateway(user, change, monkeypatch):
    monkeypatch.setattr(notices, "aside", aside)  # disabled for other tests
    hangs, delivered = threading.Event(), []

    def deliver(message):
        hangs.wait(30)
        delivered.append(message.phone)

    monkeypatch.setattr(gateways, "deliver", deliver)
    before = set(threading.enumerate())
    assert change().status_code == 200
    assert delivered == []
    (thread,) = set(threading.enumerate()) - before
    hangs.set()
    thread.join()
    assert delivered == [user.phone]
    assert not thread.daemon
