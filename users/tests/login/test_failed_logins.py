"""A correct code is refunded if its login fails through no fault of the caller."""

import pytest
from django.contrib.auth.signals import user_logged_in
from django.db import OperationalError

from config.tests.api_client import error
from users.limits.alarm import GUESSES
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.login import steps
from users.login.challenges import Living
from users.models import Challenge, Session, User
from users.tests.browsing import wrong
from users.tests.counts import counted, used
from users.tests.failures import fail

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(anyone, phone, sent_code):
    anyone.request_code(phone)
    return sent_code()


def charges(phone):
    limits = used(GUESSES_PER_PHONE, phone), used(GUESSES_PER_NETWORK, "127.0.0.1")
    return [*limits, counted(GUESSES), Challenge.objects.get().network_charged]


def break_at(monkeypatch, place, exception):
    def fail_now(*_args, **_more):
        raise exception

    monkeypatch.setattr(place, fail_now)


@pytest.mark.parametrize("place", ["open_session", "_log_in"])
def test_a_database_error_is_not_charged(anyone, phone, code, monkeypatch, place):
    anyone.confirm(phone, wrong(code))
    before = charges(phone)
    with monkeypatch.context() as broken:
        break_at(broken, f"users.login.steps.{place}", OperationalError("disk full"))
        for _ in range(7):
            assert error(anyone.confirm(phone, code)) == "unavailable"
            assert charges(phone) == before == [1, 1, 1, 1]
    assert anyone.confirm(phone, code).status_code == 200
    assert Session.objects.count() == 1


def test_an_error_while_the_attempt_is_charged_is_not_charged(anyone, phone, code, monkeypatch):
    with monkeypatch.context() as broken:
        break_at(broken, "users.login.attempts.run_chain", OperationalError("disk full"))
        assert error(anyone.confirm(phone, code)) == "unavailable"
    assert charges(phone) == [0, 0, 0, 0]
    assert anyone.confirm(phone, code).status_code == 200


def test_exhausted_invite_codes_are_not_charged(anyone, phone, code, monkeypatch, friend):
    taken = friend.invite_code.value
    with monkeypatch.context() as unlucky:
        unlucky.setattr("referrals.invites.draw", lambda *_: taken)
        answer = anyone.confirm(phone, code)
    assert (answer.status_code, error(answer)) == (503, "invite_codes_exhausted")
    assert charges(phone) == [0, 0, 0, 0]
    assert not User.objects.filter(phone=phone).exists()
    assert anyone.confirm(phone, code).status_code == 200


def test_a_receiver_that_breaks_is_no_fault_of_the_callers(anyone, phone, code):
    def receiver(**_facts):
        raise RuntimeError("a bug")

    user_logged_in.connect(receiver)
    try:
        assert anyone.confirm(phone, code).status_code == 500
    finally:
        user_logged_in.disconnect(receiver)
    assert charges(phone) == [0, 0, 0, 0]
    assert anyone.confirm(phone, code).status_code == 200


def test_an_error_after_which_nothing_can_be_given_back_is_told_as_it_is(
    anyone, phone, code, monkeypatch
):
    break_at(monkeypatch, "users.login.steps.open_session", OperationalError("disk full"))
    break_at(monkeypatch, "users.login.challenges.Living.rows", OperationalError("gone"))
    assert error(anyone.confirm(phone, code)) == "unavailable"


def test_an_error_while_giving_back_does_not_spoil_a_login(anyone, phone, code, monkeypatch):
    break_at(monkeypatch, "users.login.attempts.Attempt.refund", OperationalError("gone"))
    assert anyone.confirm(phone, code).status_code == 200


def test_at_eight_digits_the_attempt_is_given_back(anyone, phone, sent_code, monkeypatch):
    fail(GUESSES_PER_PHONE, 6, phone)
    anyone.request_code(phone)
    with monkeypatch.context() as broken:
        break_at(broken, "users.login.steps.open_session", OperationalError("disk full"))
        assert error(anyone.confirm(phone, sent_code())) == "unavailable"
    row = Challenge.objects.get()
    assert (row.network_left, row.network_charged) == (3, 0)
    assert used(GUESSES_PER_PHONE, phone) == 6


def test_who_used_the_code_meanwhile_gives_back_for_both(anyone, phone, code, monkeypatch):
    """The failed login refunds nothing itself, or it would be refunded twice."""
    real = steps.open_session

    def fails_first(*arguments):
        monkeypatch.setattr(steps, "open_session", real)
        raise OperationalError("disk full")

    monkeypatch.setattr(steps, "open_session", fails_first)
    whole = Living.refund_attempt

    def after_another_login(challenge):
        assert anyone.confirm(phone, code).status_code == 200
        return whole(challenge)

    monkeypatch.setattr(Living, "refund_attempt", after_another_login)
    fail(GUESSES_PER_PHONE, 2, phone)
    fail(GUESSES_PER_NETWORK, 2, "127.0.0.1")
    assert error(anyone.confirm(phone, code)) == "unavailable"
    assert used(GUESSES_PER_PHONE, phone) == used(GUESSES_PER_NETWORK, "127.0.0.1") == 2
