"""A transaction that uses a code is repeated after a deadlock, and takes effect once."""

import logging

import pytest
from django.db import OperationalError

from users.limits.alarm import GUESSES
from users.models import Challenge, Session, User
from users.signals import user_registered
from users.tests.counts import counted

pytestmark = pytest.mark.django_db(transaction=True)


class DeadlockError(Exception):
    """A deadlock as the driver reports it."""

    pgcode = "40P01"


@pytest.fixture
def deadlock(monkeypatch):
    """Aborts the first transaction in which a function has run."""

    def after(name):
        module, function = name.rsplit(".", 1)
        work, causes = getattr(__import__(module, fromlist=[function]), function), [DeadlockError()]

        def run(*given, **named):
            done = work(*given, **named)
            if causes:
                raise OperationalError from causes.pop()
            return done

        monkeypatch.setattr(name, run)
        return causes

    return after


@pytest.fixture
def events(caplog):
    caplog.set_level(logging.INFO, logger="users.security")
    return lambda: [one.event for one in caplog.records]


@pytest.fixture
def registered():
    """The users in `user_registered` signals."""
    heard = []

    def hear(user, **_):
        heard.append(user.phone)

    user_registered.connect(hear)
    yield heard
    user_registered.disconnect(hear)


def test_a_login_opens_one_session_of_one_user(anyone, phone, sent_code, deadlock, registered):
    anyone.request_code(phone)
    left = deadlock("users.login.steps.open_session")
    assert anyone.confirm(phone, sent_code()).status_code == 200
    assert not left
    assert (User.objects.count(), Session.objects.count()) == (1, 1)
    assert registered == [phone]
    assert not Challenge.objects.exists()
    assert counted(GUESSES) == 0


def test_a_change_of_phone_ends_other_sessions_and_reports_it_once(
    me, user, phone, as_user, sent_code, deadlock, events, sms_outbox
):
    old, other = user.phone, as_user(user)
    me.request_code(phone)
    left = deadlock("users.login.phone_change.end_others")
    assert me.change_phone(phone, sent_code()).status_code == 200
    assert not left
    assert User.objects.get().phone == phone
    assert other.profile().status_code == 401
    assert events() == ["session ended", "phone changed"]
    assert [one.phone for one in sms_outbox] == [phone, old]
