"""Abandoned deliveries that go on are counted and limited."""

import time

import pytest

from config.tests.api_client import Client, error
from config.tests.factories import new_phone
from config.tests.load import in_parallel, once, retry
from config.tests.receiver import receiving
from users.errors import SmsUnavailable
from users.limits import policy
from users.limits.policy import MESSAGES_PER_PHONE
from users.login import gateways
from users.tests.counts import used
from users.waiting import deadline


@pytest.fixture
def hanging(settings, monkeypatch):
    """A gateway that answers long after everyone has stopped waiting."""
    monkeypatch.setattr(gateways, "TIMEOUT", 0.3)
    retry(lambda: gateways.abandoned() == 0 or None)  # left over from another test
    with receiving(delay=20) as one:
        settings.SMS_URL = [f"{one.url}?rto=9"]
        gateways.load()  # it takes longer than these tests have patience
        yield one
        one.enough.set()
        retry(lambda: gateways.abandoned() == 0 or None)


def deliver(phone):
    try:
        gateways.deliver(gateways.Message(phone, "Your code"))
    except SmsUnavailable:
        return "unavailable"
    return "sent"


@once
def test_what_is_given_up_is_counted_until_it_ends(hanging):
    assert in_parallel(deliver, [new_phone() for _ in range(3)]) == 3 * ["unavailable"]
    assert gateways.abandoned() == 3
    assert sum(policy.ABANDONED._pending.values()) == 3
    hanging.enough.set()
    retry(lambda: gateways.abandoned() == 0 or None)
    assert len(hanging.got) == 3


@once
def test_what_a_gateway_takes_in_time_is_not_counted(hanging, monkeypatch):
    hanging.delay = 0
    monkeypatch.setattr(gateways, "TIMEOUT", 10)
    assert deliver(new_phone()) == "sent"
    assert gateways.abandoned() == 0
    assert not policy.ABANDONED._pending


@pytest.mark.django_db
def test_a_gateway_with_too_many_is_refused_at_once_and_the_message_costs_nothing(
    anyone, phone, hanging, monkeypatch
):
    monkeypatch.setattr(gateways, "AT_WORK", 2)
    in_parallel(deliver, [new_phone() for _ in range(2)])
    monkeypatch.setattr(gateways, "TIMEOUT", 60)
    for _ in range(12):  # more than a phone's limit
        answer = anyone.request_code(phone)
        assert (answer.status_code, error(answer)) == (503, "sms_unavailable")
    assert gateways.abandoned() == hanging.busiest == 2
    assert used(MESSAGES_PER_PHONE, phone) == 0
    hanging.enough.set()
    retry(lambda: gateways.abandoned() == 0 or None)
    assert anyone.request_code(phone).status_code == 200


@once
def test_many_at_once_are_no_more_than_that_either(hanging, monkeypatch):
    monkeypatch.setattr(gateways, "AT_WORK", 5)
    assert in_parallel(deliver, [new_phone() for _ in range(30)], 30) == 30 * ["unavailable"]
    assert hanging.busiest == 5


@once
def test_the_next_gateway_has_all_that_one_gets_no_more(hanging, monkeypatch, settings):
    monkeypatch.setattr(gateways, "AT_WORK", 1)
    deliver(new_phone())
    monkeypatch.setattr(gateways, "TIMEOUT", 60)
    with receiving() as good:
        settings.SMS_URL = [*settings.SMS_URL, good.url]
        for _ in range(5):
            assert deliver(new_phone()) == "sent"
        assert (hanging.busiest, len(good.got)) == (1, 5)


@once
def test_gateways_share_what_time_the_request_has_left(hanging, monkeypatch, settings):
    monkeypatch.setattr(gateways, "TIMEOUT", 10)
    monkeypatch.setattr(gateways, "LEAST", 0.1)
    monkeypatch.setattr(deadline, "REQUEST", gateways.AFTERWARDS + 12)
    with receiving() as good:
        settings.SMS_URL = [*(3 * settings.SMS_URL), good.url]
        began = time.monotonic()
        with deadline.of_request():
            assert deliver(new_phone()) == "sent"
        assert 8 < time.monotonic() - began < 25
        assert len(good.got) == 1


@pytest.mark.django_db
def test_without_time_for_an_answer_nothing_is_sent_and_nothing_charged(
    phone, hanging, monkeypatch
):
    monkeypatch.setattr(deadline, "REQUEST", gateways.AFTERWARDS + gateways.LEAST / 2)
    assert error(Client().request_code(phone)) == "sms_unavailable"
    assert hanging.busiest == 0
    assert used(MESSAGES_PER_PHONE, phone) == 0


@once
def test_ten_gateways_that_hang_still_leave_time_for_taking_the_message_back(settings):
    settings.SMS_URL = ["json://127.0.0.1:9/"] * 10
    assert gateways.time_limit() == deadline.REQUEST - gateways.AFTERWARDS
