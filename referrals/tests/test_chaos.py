"""Logins, activations, phone changes and deletions of the same few people, all at once.

Takes some seconds; `CHAOS_SECONDS=600` runs it for ten minutes.
"""

import pytest
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db.models import Count

from config.tests.chaos import deadlocks, let_loose
from config.tests.factories import HERE, new_phone
from config.tests.load import only_postgresql
from referrals import deletion, invites, profiles
from referrals.models import Activation, InviteCode
from users.login import phone_change, steps
from users.models import Session, User
from users.sessions.lifecycle import open_session
from users.transactions import atomic_repeated

PEOPLE = [new_phone() for _ in range(6)]


@atomic_repeated
def log_in(dice):
    """Log in as after a correct code."""
    user, _ = steps._log_in(dice.choice(PEOPLE))
    open_session(user, HERE)
    user_logged_in.send(sender=User, request=None, user=user)


def activate(dice):
    phone, other = dice.sample(PEOPLE, 2)
    code = InviteCode.objects.filter(owner__phone=other).first()
    if code:
        invites.activate(user_of(phone), code.value)


@atomic_repeated
def move(dice):
    """Change the phone as after a correct code; the phone is mostly taken."""
    phone, other = dice.sample(PEOPLE, 2)
    session = Session.objects.live().filter(user__phone=phone).first()
    if session and (refusal := phone_change._move_own(session.user_id, session.pk, other, HERE)):
        raise refusal


def guess(dice):
    invites.activate(user_of(dice.choice(PEOPLE)), "ZZZZZ2")


def erase(dice):
    deletion.erase(user_of(dice.choice(PEOPLE)))


def look(dice):
    profiles.referral_of(user_of(dice.choice(PEOPLE)))


def user_of(phone):
    """The phone's user, who may be gone a moment later."""
    return User.objects.filter(phone=phone).first() or User(phone=phone)


ACTIONS = {log_in: 4, activate: 8, guess: 1, erase: 3, look: 2}


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_no_order_of_events_deadlocks_fails_or_miscounts(capsys):
    before = deadlocks()
    done = let_loose(ACTIONS)
    with capsys.disabled():
        print("", done.total(), "operations", done)
    assert min(done[action.__name__] for action in (log_in, activate, erase, look)) > 10
    assert deadlocks() == before
    check_counts(capsys)


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_changes_of_phone_among_them_fail_nobody_and_miscount_nothing(capsys):
    """The phone is a key, so changing it locks the user FOR UPDATE, and deadlocks may occur."""
    done = let_loose({**ACTIONS, move: 3})
    assert done[move.__name__] > 10
    check_counts(capsys)


def check_counts(capsys):
    counts = Activation.objects.exclude(inviter=None).values_list("inviter").annotate(Count("pk"))
    told = InviteCode.objects.filter(activations_count__gt=0)
    assert dict(counts) == dict(told.values_list("owner", "activations_count"))
    assert not Session.objects.exclude(user__in=User.objects.all()).exists()
    call_command("recount_activations")
    assert "0 " in capsys.readouterr().out.splitlines()[-1]
