"""Expired data can be deleted at once, and a person's data exported."""

import json
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as DjangoSession
from django.core.management import CommandError, call_command
from django.utils import timezone

from referrals import invites
from users.limits import alarm
from users.models import Challenge, Counter, Limit, Session

pytestmark = pytest.mark.django_db


def test_purging_deletes_what_has_expired_and_nothing_else(anyone, phone, user, capsys):
    anyone.request_code(phone)
    Limit.objects.bulk_create(
        Limit(key=f"old-{n}", kind="old", resets_at=time.time() - 1) for n in range(250)
    )
    living = [Challenge.objects.count(), Limit.objects.exclude(kind="old").count()]
    now, ip = timezone.now(), "203.0.113.5"
    for end in (now - timedelta(seconds=1), now + timedelta(days=1)):
        began = end - timedelta(days=90)
        Session.objects.create(user=user, created_at=began, expires_at=end, ip=ip, network=ip)
        DjangoSession.objects.create(session_key=str(end), session_data="", expire_date=end)
    counters = Counter.objects.count()
    Counter.objects.create(kind="logins", hour=now - timedelta(days=181), count=1)
    call_command("purge_expired")
    assert [Challenge.objects.count(), Limit.objects.count()] == living
    assert Session.objects.get().expires_at > now
    assert Counter.objects.count() == counters
    assert DjangoSession.objects.get().expire_date > now
    assert "250 rate limits deleted." in capsys.readouterr().out


def test_an_alarm_whose_sums_are_not_below_outlives_purging(settings):
    settings.GUESS_ALARM = (1, 1)
    assert alarm.take_guess()
    assert not alarm.take_guess()
    Limit.objects.filter(key=alarm.KEY).update(resets_at=time.time() - 1)
    call_command("purge_expired")
    assert alarm.is_on(alarm.ends_at())


def test_a_person_gets_all_that_is_stored_of_them(user, friend, as_user, capsys):
    as_user(user)
    user.first_name = "Anna"
    user.save(update_fields=["first_name"])
    invites.activate(friend, user.invite_code.value)
    call_command("export_user", f"{user.phone[:2]} {user.phone[2:]}")
    data = json.loads(capsys.readouterr().out)
    assert (data["id"], data["phone"], data["first_name"]) == (str(user.pk), user.phone, "Anna")
    assert data["invite_code"] == user.invite_code.value
    assert [one["phone"] for one in data["invitees"]] == [friend.phone]
    assert [one["ip"] for one in data["sessions"]] == ["127.0.0.1"]


@pytest.mark.parametrize("phone", ["+79990000000", "nobody"])
def test_a_phone_that_has_no_account_is_said_so(phone):
    with pytest.raises(CommandError, match="no user"):
        call_command("export_user", phone)
