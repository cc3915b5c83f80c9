"""What an undelivered message costs."""

from datetime import timedelta

import pytest

from config.tests.api_client import Client, error
from users.errors import SmsUnavailable
from users.limits.policy import (
    BUDGET,
    MESSAGES_PER_NETWORK,
    MESSAGES_PER_PHONE,
    MESSAGES_PER_SITE,
    STRANGERS_BUDGET,
)
from users.login import gateways
from users.models import Challenge
from users.tests.browsing import wrong
from users.tests.counts import counted, used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
ADDRESS, NETWORK, SITE = "2001:db8:1:2::3", "2001:db8:1:2::/64", "2001:db8:1::/48"
NOBODY = ["json://127.0.0.1:9/"]
OUTBOX = ["outbox://"]


@pytest.fixture
def owner():
    return Client(ADDRESS)


def costs(phone):
    limits = (
        (MESSAGES_PER_NETWORK, NETWORK),
        (MESSAGES_PER_SITE, SITE),
        (MESSAGES_PER_PHONE, phone),
    )
    quotas = [counted(quota) for quota in (STRANGERS_BUDGET, BUDGET)]
    return [used(limit, who) for limit, who in limits] + quotas


def during(monkeypatch, then):
    """A gateway that fails after something else has happened."""

    def deliver(message):
        then(message.text.rpartition("#")[2])
        raise SmsUnavailable

    monkeypatch.setattr(gateways, "deliver", deliver)


def test_a_first_message_that_fails_leaves_nothing(owner, phone, settings):
    settings.SMS_URL = NOBODY
    for _ in range(21):  # more than any limit
        answer = owner.request_code(phone)
        assert (answer.status_code, error(answer)) == (503, "sms_unavailable")
    assert costs(phone) == [0] * 5
    assert not Challenge.objects.exists()


def test_a_message_that_was_taken_is_paid(owner, phone):
    owner.request_code(phone)
    assert costs(phone) == [1] * 5


@pytest.mark.parametrize("door", ["ticket", "network"])
def test_a_failed_resend_gives_message_and_wait_back_and_leaves_code_and_life(
    owner, phone, settings, time_machine, sent_code, door
):
    ticket = owner.request_code(phone).json()["ticket"]
    more = {"ticket": ticket} if door == "ticket" else {}
    owner.confirm(phone, wrong(sent_code()), **more)
    before = Challenge.objects.values().get()
    time_machine.shift(timedelta(seconds=100))
    settings.SMS_URL = NOBODY
    assert error(owner.request_code(phone, **more)) == "sms_unavailable"
    assert Challenge.objects.values().get() == before
    assert costs(phone) == [0, 0, 1, 1, 1]  # those of network and site are free again
    settings.SMS_URL = OUTBOX
    assert owner.request_code(phone, **more).status_code == 200
    assert costs(phone) == [1, 1, 2, 2, 2]
    assert owner.confirm(phone, sent_code(), **more).status_code == 200


def test_a_failed_resend_to_a_door_without_attempts_leaves_it_without(
    owner, phone, settings, sent_code
):
    owner.request_code(phone)
    for _ in range(3):
        owner.confirm(phone, wrong(sent_code()))
    settings.SMS_URL = NOBODY
    assert error(owner.request_code(phone)) == "sms_unavailable"
    assert error(owner.confirm(phone, sent_code())) == "too_many_attempts"
    assert Challenge.objects.get().network_charged == 3


def test_a_message_whose_code_was_guessed_at_meanwhile_stays_paid(owner, phone, monkeypatch):
    during(monkeypatch, lambda code: owner.confirm(phone, wrong(code)))
    assert error(owner.request_code(phone)) == "sms_unavailable"
    assert costs(phone) == [1] * 5
    assert Challenge.objects.get().network_left == 2


def test_a_resend_whose_attempts_were_used_meanwhile_stays_paid(
    owner, phone, monkeypatch, sent_code
):
    owner.request_code(phone)
    for _ in range(3):
        owner.confirm(phone, wrong(sent_code()))
    during(monkeypatch, lambda code: owner.confirm(phone, wrong(code)))
    assert error(owner.request_code(phone)) == "sms_unavailable"
    assert costs(phone) == [2] * 5
    assert Challenge.objects.get().network_left == 2


def test_a_code_used_before_its_delivery_failed_gives_no_message_back(owner, phone, monkeypatch):
    during(monkeypatch, lambda code: owner.confirm(phone, code))
    assert error(owner.request_code(phone)) == "sms_unavailable"
    assert costs(phone) == [1] * 5
    assert not Challenge.objects.exists()


def test_while_a_first_message_is_on_its_way_nobody_asks_again(owner, phone, monkeypatch):
    answers = []
    during(monkeypatch, lambda _code: answers.append(owner.request_code(phone)))
    owner.request_code(phone)
    assert error(answers[0]) == "code_recently_sent"
    assert costs(phone) == [0] * 5


def test_a_refused_request_costs_nothing(owner, phone):
    owner.request_code(phone)
    assert error(owner.request_code(phone)) == "code_recently_sent"
    assert costs(phone) == [1] * 5
