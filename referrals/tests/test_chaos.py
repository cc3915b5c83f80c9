"""Logins, activations and deletions of the same few people, all at once, for some seconds.

`CHAOS_SECONDS=600` lets it go on for ten minutes.
"""

import os
import random
import threading
import time
from collections import Counter

import pytest
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import Count

from config.tests.factories import HERE, new_phone
from config.tests.load import only_postgresql
from referrals import deletion, invites, profiles
from referrals.models import Activation, InviteCode
from users.errors import Refusal
from users.login import steps
from users.models import Session, User
from users.sessions.lifecycle import open_session

SECONDS = float(os.environ.get("CHAOS_SECONDS", "6"))
PEOPLE, THREADS = 6, 12


@transaction.atomic
def log_in(phone, other):
    """As after a right code."""
    user, _ = steps._lock_user(phone)
    open_session(user, HERE)
    user_logged_in.send(sender=User, request=None, user=user)


def activate(phone, other):
    code = InviteCode.objects.filter(owner__phone=other).first()
    if code:
        invites.activate(user_of(phone), code.value)


def guess(phone, other):
    invites.activate(user_of(phone), "ZZZZZ2")


def erase(phone, other):
    deletion.erase(user_of(phone))


def look(phone, other):
    profiles.referral_of(user_of(phone))


def user_of(phone):
    """Who has the phone, who may be gone a moment later."""
    return User.objects.filter(phone=phone).first() or User(phone=phone)


ACTIONS = {log_in: 4, activate: 8, guess: 1, erase: 3, look: 2}


class Chaos(threading.Thread):
    """Does one thing after the other; counts what came of them and keeps what must not happen."""

    def __init__(self, seed, phones, until):
        super().__init__()
        self.dice, self.phones, self.until = random.Random(seed), phones, until
        self.done, self.faults = Counter(), []

    def run(self):
        try:
            while time.monotonic() < self.until and not self.faults:
                (action,) = self.dice.choices(list(ACTIONS), ACTIONS.values())
                self.do(action, *self.dice.sample(self.phones, 2))
        finally:
            connections.close_all()

    def do(self, action, phone, other):
        try:
            action(phone, other)
            self.done[action.__name__] += 1
        except Refusal as refusal:
            self.done[action.__name__, refusal.code] += 1
        except Exception as fault:  # noqa: BLE001  # whatever it is, the test fails
            self.faults.append((action.__name__, repr(fault)))


def deadlocks():
    """How many PostgreSQL has broken in this database."""
    time.sleep(1.5)  # until all connections have reported
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_no_order_of_events_deadlocks_fails_or_miscounts(capsys):
    phones, before = [new_phone() for _ in range(PEOPLE)], deadlocks()
    until = time.monotonic() + SECONDS
    threads = [Chaos(seed, phones, until) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = sum((thread.done for thread in threads), Counter())
    print(done)
    assert not [fault for thread in threads for fault in thread.faults]
    assert min(done[action.__name__] for action in (log_in, activate, erase, look)) > 10
    assert deadlocks() == before
    counts = Activation.objects.exclude(inviter=None).values_list("inviter").annotate(Count("pk"))
    told = InviteCode.objects.filter(activations_count__gt=0)
    assert dict(counts) == dict(told.values_list("owner", "activations_count"))
    assert not Session.objects.exclude(user__in=User.objects.all()).exists()
    call_command("recount_activations")
    assert "0 " in capsys.readouterr().out.splitlines()[-1]
