import logging
import re
import time

import pytest
from django.contrib.auth.models import Permission

from users.limits import alarm, meters, policy
from users.models import Counter, Limit

pytestmark = pytest.mark.django_db
END = "/admin/users/limit/alarm/end/"


@pytest.fixture
def alarmed(settings) -> None:
    """Enough guesses to raise the alarm."""
    settings.GUESS_ALARM = (20, 100)
    for _ in range(21):
        alarm.take_guess()
    assert alarm.is_on(alarm.ends_at())


def person_with(join, *codenames):
    person = join(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return person


def first_page(client) -> str:
    return " ".join(client.get("/admin/").content.decode().split())


def test_the_alarm_is_seen_while_it_is_off(client, staff, settings):
    settings.GUESS_ALARM = (1000, 5000)
    client.force_login(staff)
    text = first_page(client)
    assert "Guess alarm" in text
    assert "0 of 1,000" in text
    assert "0 of 5,000" in text
    assert 'title="This hour: 0%"' in text, "a bar without its track would look like none"
    assert END not in text


def test_a_bound_of_zero_is_used_up(client, staff, settings):
    settings.GUESS_ALARM = (0, 0)
    client.force_login(staff)
    assert "0 of 0" in first_page(client)


def test_the_alarm_is_seen_and_ended_by_a_superuser(client, staff, alarmed, caplog):
    caplog.set_level(logging.INFO, "users.security")
    client.force_login(staff)
    text = first_page(client)
    assert re.search(
        r"On until <time datetime=\S+ title=[^>]+ UTC\">[^<]+ UTC</time> at the earliest", text
    )
    assert "20 of 20" in text
    assert "20 of 100" in text
    assert END in text
    assert "End the guess alarm?" in client.get(END).content.decode()
    assert alarm.is_on(alarm.ends_at()), "nothing is done by GET"
    assert client.post(END).url == "/admin/"
    assert not Limit.objects.filter(key=alarm.KEY).exists()
    assert alarm.GUESSES.sums() == (0, 0)
    (record,) = [
        one for one in caplog.records if one.getMessage().startswith("event=guess alarm e")
    ]
    assert (record.by, record.was_on) == (staff.pk, True)
    assert "The alarm has ended." in first_page(client)


def test_the_alarm_is_ended_by_those_who_may_reset_limits(client, join, alarmed):
    client.force_login(person_with(join, "view_counter"))
    text = first_page(client)
    assert "at the earliest" in text
    assert END not in text
    assert client.get(END).status_code == client.post(END).status_code == 403
    assert alarm.is_on(alarm.ends_at())
    client.force_login(person_with(join, "view_counter", "delete_limit"))
    assert END in first_page(client)
    assert client.post(END).status_code == 302
    assert not alarm.is_on(alarm.ends_at())


def test_an_alarm_that_is_over_is_shown_as_off(client, staff):
    Limit.objects.create(key=alarm.KEY, kind=alarm.KEY, count=1, resets_at=time.time() - 1)
    client.force_login(staff)
    assert "at the earliest" not in first_page(client)


def test_the_budget_is_seen_with_the_share_of_strangers(client, staff, settings):
    settings.SMS_HOURLY_BUDGET = 10_000
    for quota, count in ((policy.BUDGET, 1234), (policy.STRANGERS_BUDGET, 321)):
        Counter.objects.create(kind=quota.kind, hour=meters.this_hour(), count=count)
    client.force_login(staff)
    text = first_page(client)
    assert "1,234 of 10,000" in text
    assert "321 of 7,000" in text


def test_staff_without_the_right_see_neither(client, join):
    client.force_login(person_with(join, "view_user"))
    text = first_page(client)
    assert "Guess alarm" not in text
    assert "SMS budget" not in text
