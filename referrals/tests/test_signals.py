"""Products built on this one get each signal once, after the commit, and can't break anything."""

import pytest
from django.db import transaction

from referrals import deletion, invites
from referrals.errors import InviteCodesExhausted, UnknownInviteCode
from referrals.models import Activation
from referrals.signals import invite_code_activated
from users.models import User
from users.signals import user_registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def activations():
    """The activations that a listener received: invitee, inviter, code."""
    heard = []

    def hear(activation, **_):
        heard.append((activation.invitee, activation.inviter, activation.code))

    invite_code_activated.connect(hear)
    yield heard
    invite_code_activated.disconnect(hear)


@pytest.fixture
def registered():
    """The users that a listener received."""
    heard = []

    def hear(user, **_):
        heard.append(user)

    user_registered.connect(hear)
    yield heard
    user_registered.disconnect(hear)


@pytest.fixture(params=[invite_code_activated, user_registered])
def failing_listener(request):
    def fail(**_):
        raise RuntimeError("a listener's own fault")

    request.param.connect(fail)
    yield fail
    request.param.disconnect(fail)


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    """Runs a function in a transaction that commits, as a request does."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def log_in(anyone, phone, sent_code):
    anyone.request_code(phone)
    return anyone.confirm(phone, sent_code())


def test_an_activation_is_told_once_and_after_the_commit(user, friend, activations, after_commit):
    value = friend.invite_code.value
    with after_commit():
        invites.activate(user, value)
        assert activations == []
    assert activations == [(user, friend, value)]
    with after_commit():
        invites.activate(user, value)
    assert len(activations) == 1


def test_an_activation_that_is_rolled_back_is_not_told(user, friend, activations, after_commit):
    with after_commit(), transaction.atomic():
        invites.activate(user, friend.invite_code.value)
        transaction.set_rollback(True)
    assert activations == []
    assert not Activation.objects.exists()


def test_a_refused_activation_is_not_told(user, activations, after_commit):
    with after_commit(), pytest.raises(UnknownInviteCode):
        invites.activate(user, "ZZZZZ2")
    assert activations == []


def test_an_activation_gone_by_then_is_not_told(user, friend, activations, after_commit):
    with after_commit():
        invites.activate(user, friend.invite_code.value)
        deletion.erase(user)
    assert activations == []


def test_without_listeners_an_activation_is_not_read_again(
    user, friend, after_commit, django_assert_num_queries
):
    with after_commit() as callbacks:
        invites.activate(user, friend.invite_code.value)
    with django_assert_num_queries(0):
        callbacks[-1]()


def test_a_registration_is_told_once_and_after_the_commit(
    anyone, phone, sent_code, registered, after_commit
):
    with after_commit():
        log_in(anyone, phone, sent_code)
        assert registered == []
    assert registered == [User.objects.get(phone=phone)]
    with after_commit():
        assert log_in(anyone, phone, sent_code).json()["is_new_user"] is False
    assert len(registered) == 1


def test_a_registration_that_is_rolled_back_is_not_told(
    anyone, phone, sent_code, registered, after_commit, monkeypatch
):
    def fail(user):
        raise InviteCodesExhausted

    monkeypatch.setattr(invites, "issue", fail)
    with after_commit():
        assert log_in(anyone, phone, sent_code).status_code == 503
    assert registered == []
    assert not User.objects.filter(phone=phone).exists()


def test_a_listener_that_fails_harms_nobody(
    anyone,
    phone,
    sent_code,
    friend,
    failing_listener,
    activations,
    registered,
    after_commit,
    caplog,
):
    with after_commit():
        access = log_in(anyone, phone, sent_code).json()["access"]
    with after_commit():
        assert anyone.use(access).activate(friend.invite_code.value).status_code == 200
    assert (len(registered), len(activations)) == (1, 1)
    assert "a listener's own fault" in caplog.text
