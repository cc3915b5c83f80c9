"""Events between code and change end in a clear answer and cost no attempt."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from config.tests.api_client import error
from referrals import deletion
from users.clients import Client as Asker
from users.limits.alarm import GUESSES
from users.limits.policy import GUESSES_PER_NETWORK, GUESSES_PER_PHONE
from users.login import attempts
from users.models import Challenge, Session, User
from users.sessions import bans, lifecycle
from users.tests.browsing import wrong
from users.tests.counts import counted, used

pytestmark = pytest.mark.django_db
HERE = Asker.at("127.0.0.1")


@pytest.fixture
def code(me, phone, sent_code):
    me.request_code(phone)
    return sent_code()


@pytest.fixture
def meanwhile(monkeypatch):
    """Makes something happen right after the code was compared."""
    take_code = attempts.take_code

    def set_up(event):
        def take_and(*arguments):
            attempt = take_code(*arguments)
            event()
            return attempt

        monkeypatch.setattr(attempts, "take_code", take_and)

    return set_up


def charges(phone):
    return [
        used(GUESSES_PER_PHONE, phone),
        used(GUESSES_PER_NETWORK, "127.0.0.1"),
        counted(GUESSES),
        *Challenge.objects.values_list("network_charged", flat=True),
    ]


EVENTS = {
    "logout": lambda user: lifecycle.end_all(user.pk, HERE, "logout"),
    "ban": lambda user: bans.ban(user.pk, HERE, by="a test"),
    "deletion": deletion.erase,
    "expiry": lambda user: Session.objects.update(expires_at="2026-01-01T00:00:00Z"),
    "staff": lambda user: User.objects.update(is_staff=True),
    "age": lambda user: Session.objects.update(created_at="2026-01-01T00:00:00Z"),
}
ANSWERS = {"staff": (403, "permission_denied"), "age": (403, "fresh_login_required")}


@pytest.mark.parametrize("event", EVENTS)
def test_who_may_not_change_it_any_more_is_told_so(
    me, user, phone, code, meanwhile, event, sms_outbox
):
    before, sent = user.phone, len(sms_outbox)
    meanwhile(lambda: EVENTS[event](User.objects.get(pk=user.pk)))
    answer = me.change_phone(phone, code)
    assert (answer.status_code, error(answer)) == ANSWERS.get(event, (401, "token_not_valid"))
    assert not User.objects.filter(phone=phone).exists()
    assert list(User.objects.values_list("phone", flat=True)) in ([before], [])
    assert charges(phone) == [0, 0, 0, 0]
    assert len(sms_outbox) == sent


def test_a_first_login_that_comes_first_keeps_the_number(me, user, join, phone, code, meanwhile):
    before = user.phone
    meanwhile(lambda: join(phone=phone))
    assert error(me.change_phone(phone, code)) == "phone_taken"
    assert me.profile().json()["phone"] == before
    assert charges(phone) == [0, 0, 0]


def test_one_that_nobody_could_see_yet_keeps_it_as_well(me, user, join, phone, code, monkeypatch):
    """The database's unique constraint has the last word."""
    join(phone=phone)
    monkeypatch.setattr("users.login.phone_change._is_taken", lambda phone: False)
    assert error(me.change_phone(phone, code)) == "phone_taken"
    assert charges(phone) == [0, 0, 0]


def test_a_taken_number_is_not_even_tried_to_write(me, friend, sent_code):
    """Two accounts that swap phones would wait for each other, and one would fail."""
    me.request_code(friend.phone)
    with CaptureQueriesContext(connection) as captured:
        assert error(me.change_phone(friend.phone, sent_code())) == "phone_taken"
    assert not [one for one in captured if 'UPDATE "users_user"' in one["sql"]]


@pytest.mark.parametrize("place", ["_lock", "_move", "end_others"])
def test_a_database_error_changes_nothing_and_costs_no_attempt(
    me, user, phone, code, monkeypatch, as_user, place
):
    def fail(*_, **__):
        raise OperationalError("disk full")

    other = as_user(user)
    me.change_phone(phone, wrong(code))
    with monkeypatch.context() as broken:
        broken.setattr(f"users.login.phone_change.{place}", fail)
        for _ in range(4):
            assert error(me.change_phone(phone, code)) == "unavailable"
    assert charges(phone) == [1, 1, 1, 1]
    assert other.profile().json()["phone"] == user.phone
    assert me.change_phone(phone, code).status_code == 200
    assert charges(phone) == [0, 0, 0]
