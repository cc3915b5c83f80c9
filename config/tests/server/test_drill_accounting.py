"""The drills' own accounting: what is lost or broken is seen, and nothing else."""

from dataclasses import replace

import pytest
from django.db import connection

from config.tests.factories import HERE
from referrals import invites
from referrals.models import Activation, InviteCode
from tools.drill.client import Request
from tools.drill.ledger import Ledger, broken
from tools.drill.measures import Fault, Row, back_after, without_service
from tools.drill.registry import Drill
from users.models import Session, User
from users.sessions.lifecycle import open_session


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture
def ledger(user, friend):
    """What the product acknowledged to two people; one activated the other's code."""
    ledger = Ledger()
    for one in (user, friend):
        ledger.user(one.phone, str(one.pk))
        ledger.session(str(open_session(one, HERE).pk), 0)
    invites.activate(user, friend.invite_code.value)
    ledger.activation(str(user.pk), friend.invite_code.value)
    User.objects.filter(pk=user.pk).update(first_name="7")
    ledger.name(str(user.pk), 7)
    return ledger


def test_nothing_is_lost_and_nothing_broken(ledger):
    assert ledger.lost(ask) == []
    assert broken(ask) == []
    assert len(ledger.acknowledged) == 6


def test_an_activation_deleted_behind_its_back_is_lost_and_leaves_a_wrong_count(ledger, user):
    Activation.objects.all()._raw_delete("default")
    assert ledger.lost(ask) == [f"activation of {user.pk.hex}"]
    assert broken(ask) == ["1 wrong counts of activations"]


def test_a_user_deleted_behind_its_back_is_lost_with_all_that_was_theirs(ledger, user):
    User.objects.filter(pk=user.pk).delete()
    assert [one.split()[0] for one in ledger.lost(ask)] == ["user", "session", "activation", "name"]


def test_a_session_set_back_is_lost(ledger, friend):
    session = Session.objects.get(user=friend)
    Session.objects.filter(pk=session.pk).update(counter=2)
    ledger.session(str(session.pk), 2)
    assert ledger.lost(ask) == []
    Session.objects.filter(pk=session.pk).update(counter=1)
    assert ledger.lost(ask) == [f"session {session.pk.hex}"]


def test_an_older_name_than_the_acknowledged_one_is_lost(ledger, user):
    ledger.name(str(user.pk), 8)
    assert ledger.lost(ask) == [f"name of {user.pk.hex}"]


def test_a_phone_that_went_to_somebody_else_is_lost(ledger, user, friend):
    ledger.user(user.phone, str(friend.pk))
    assert ledger.lost(ask) == [f"user {user.phone}"]


def test_each_broken_invariant_is_counted(ledger, user, friend):
    InviteCode.objects.filter(owner=user).delete()
    Session.objects.filter(user=friend).delete()
    Session.objects.filter(user=user).update(ended_at=user.date_joined)
    assert broken(ask) == [
        "1 users without an invite code",
        "1 users without a session",
        "1 sessions that ended by themselves",
    ]


def at(*times, failed=False, kind="login", took=0.1):
    """Requests that were answered at these times."""
    return [Request(kind, end - took, end, 503 if failed else 200) for end in times]


def test_service_is_missing_where_no_write_is_answered_for_more_than_a_second():
    good = at(1, 2, 3, 6, 7, 8, 9, 10)
    assert without_service(good, 0, 10.5) == pytest.approx(3)
    assert without_service(good + at(4, 5, failed=True), 0, 10.5) == pytest.approx(3)
    assert without_service(good + at(4, 5, kind="profile"), 0, 10.5) == pytest.approx(3)
    assert without_service(good + at(4, 5), 0, 10.5) == 0
    assert without_service([], 0, 10) == 10


def test_service_is_back_once_a_write_is_answered_and_nothing_fails_any_more():
    fault = Fault(10, 12)
    assert back_after(at(9, 12.5, 13), [fault], 20) == pytest.approx(0.5)
    late = at(14, failed=True) + at(9, 12.5, 15)
    assert back_after(late, [fault], 20) == pytest.approx(1.9)
    assert back_after(at(9), [fault], 20) == pytest.approx(8)
    assert back_after(at(9), [], 20) == 0
    sent_before = at(19, failed=True, took=8) + at(12.1)
    assert back_after(sent_before, [fault], 20) == pytest.approx(0.1)
    assert back_after(at(12.1) + at(24), [fault, Fault(20, 21)], 30) == pytest.approx(3)


ROW = Row("x", "x", 10, 10, 0, 0, 0.0, 1.0, 2.0, 0.01, acknowledged=5, lost=0)
DRILL = Drill("x", "x", lambda scene: None)


@pytest.mark.parametrize(
    "change",
    [
        {"lost": 1},
        {"broken": ["2 phones with two users"]},
        {"unexpected": ["login: 500 error"]},
        {"logged_out": 1},
        {"longest": 40.5},
        {"healthz": 0.2},
        {"back": 5.5},
    ],
)
def test_whatever_must_hold_and_does_not_is_noted(change):
    row = replace(ROW, missed=[], **change)
    row.judge(DRILL)
    assert len(row.missed) == 1


def test_what_holds_is_not_noted():
    row = replace(ROW, missed=[])
    row.judge(DRILL)
    assert row.missed == []


def test_where_no_request_may_fail_one_that_did_is_noted():
    row = replace(ROW, refused=1, missed=[])
    row.judge(DRILL)
    assert row.missed == []
    row.judge(replace(DRILL, seamless=True))
    assert row.missed == ["1 requests failed"]


def test_a_slow_machine_is_noted_only_where_times_count():
    row = replace(ROW, healthz=0.2, back=5.5, missed=[])
    row.judge(DRILL, timed=False)
    assert row.missed == []
    replace(row, lost=1).judge(DRILL, timed=False)
    assert row.missed == ["1 acknowledged writes lost"]


def test_only_where_nothing_but_times_was_missed_it_was_slow():
    row = replace(ROW, healthz=0.2, missed=[])
    row.judge(DRILL)
    assert row.slow
    row = replace(ROW, healthz=0.2, lost=1, missed=[])
    row.judge(DRILL)
    assert not row.slow
    row = replace(ROW, missed=[])
    row.judge(DRILL)
    assert not row.slow


def test_what_a_drill_found_itself_counts_as_the_rest_does():
    row = replace(ROW, missed=[])
    row.judge(DRILL, ["a worker grows"])
    assert (row.missed, row.slow) == (["a worker grows"], False)
    row = replace(ROW, missed=[])
    row.judge(DRILL, [], ["the crowd waited"])
    assert (row.missed, row.slow) == (["the crowd waited"], True)
    row = replace(ROW, missed=[])
    row.judge(DRILL, [], ["the crowd waited"], timed=False)
    assert row.missed == []


def test_a_drill_may_give_healthz_more_time():
    row = replace(ROW, healthz=0.2, missed=[])
    row.judge(replace(DRILL, healthz=0.5))
    assert row.missed == []


def test_where_writes_may_be_lost_no_invariant_may_break():
    row = replace(ROW, lost=3, unexpected=["profile: 401 token_not_valid"], missed=[])
    row.judge(replace(DRILL, may_lose=True))
    assert row.missed == []
    row.broken.append("1 phones with two users")
    row.judge(replace(DRILL, may_lose=True))
    assert row.missed == ["1 phones with two users"]
