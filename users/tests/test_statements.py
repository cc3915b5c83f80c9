"""Every named statement runs on this database and uses an index."""

import re
from datetime import timedelta
from importlib import import_module
from pkgutil import walk_packages

import pytest
from django.db import connection, transaction
from django.utils import timezone

import referrals
import users
from config.tests.factories import HERE, invitees, join
from users.limits import alarm
from users.limits.quotas import this_hour
from users.login import send_code
from users.models import Challenge, Limit
from users.sessions.lifecycle import open_session
from users.statements import Statement

pytestmark = pytest.mark.django_db
for app in (users, referrals):
    for module in walk_packages(app.__path__, f"{app.__name__}."):
        if ".tests" not in module.name and ".migrations" not in module.name:
            import_module(module.name)
STATEMENTS = sorted(Statement.known)
OURS = re.compile(r"\b(?:users|referrals)_\w+")


@pytest.fixture
def values():
    """A value for each parameter of any statement, mostly of existing rows."""
    user = join()
    session, now = open_session(user, HERE), timezone.now()
    invitees(user, 3)
    send_code(user.phone, HERE)
    challenge = Challenge.objects.values().get()
    limit = Limit.objects.values().first()
    stamp = now.timestamp()
    return {
        **challenge,
        **dict.fromkeys(("now", "ahead", "latest", "until", "renewed", "resets_at"), stamp),
        **dict.fromkeys(("was_sent_at", "was_expires_at"), stamp),
        **{f"limit_{n}": limit["key"] for n in range(8)},
        **dict.fromkeys(("most", "period", "seconds", "count", "lot", "hourly", "weekly"), 1),
        **dict.fromkeys(("attempts", "counter"), 1),
        **dict.fromkeys(("user", "owner", "invitee"), user.pk),
        "inviter": join().pk,
        "id": session.pk,
        "kind": limit["kind"],
        "alarm": "guess-alarm",
        "limit": limit["key"],
        "failed": True,
        "hour": this_hour(),
        "since": this_hour() - timedelta(days=7),
        "known_since": now - timedelta(days=90),
        "known_by": now,
        "phone": user.phone,
        "network": HERE.network,
        "ip": HERE.address,
        "user_agent": "test",
        "value": user.invite_code.value,
        "code": user.invite_code.value,
        "counts": f'{{"{user.invite_code.value}opened": 1}}',
    }


def params_of(statement, values):
    """The values for a statement; times are in seconds for tables that store seconds."""
    text, constants = statement.sql()
    names = set(re.findall(r"%\((\w+)\)s", text)) - set(constants)
    in_seconds = "users_limit" in text or "users_challenge" in text
    now = timezone.now()
    times = {} if in_seconds else {"now": now, "ahead": now}
    return {name: times.get(name, values[name]) for name in names}


def plan(statement, params):
    """The database's plan, one step per line."""
    text, found = statement.bound(params)
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + text, found)
        return [str(row[-1]) for row in cursor.fetchall()]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_runs_and_uses_an_index(name, values):
    statement = Statement.known[name]
    with transaction.atomic():  # some lock rows
        if name == "raise_alarm":
            values["key"] = alarm.KEY  # also its kind, which is shorter than other keys
        params = params_of(statement, values)
        statement.rows(**params)
        if statement.sql()[0].startswith("INSERT"):
            return
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")  # tables are small here
                cursor.execute("SET LOCAL enable_bitmapscan = off")
        steps = plan(statement, params)
    assert not [step for step in steps if scans(step)], steps
    assert [step for step in steps if searches(step)], steps


def scans(step):
    """Whether a step scans one of our tables."""
    if connection.vendor == "sqlite":
        return step.startswith("SCAN") and OURS.search(step)
    return "Seq Scan" in step and OURS.search(step)


def searches(step):
    if connection.vendor == "sqlite":
        return step.startswith("SEARCH") and re.search(r"USING (COVERING )?INDEX|PRIMARY KEY", step)
    return "Index Scan" in step or "Index Only Scan" in step


def test_a_statement_without_an_index_would_be_noticed(monkeypatch):
    monkeypatch.setattr(Statement, "known", {})
    with transaction.atomic():
        statement = Statement("test", "SELECT 1 FROM users_user WHERE email = %(email)s")
        assert [step for step in plan(statement, {"email": "x"}) if scans(step)]


def test_there_are_statements_of_both_apps():
    assert {"access", "rotate", "open_challenge", "take_rate", "activate"} <= set(STATEMENTS)
    assert len(STATEMENTS) >= 20


def test_no_two_statements_have_one_name():
    with pytest.raises(ValueError, match="already"):
        Statement("access", "SELECT 1")
